"""An events file of three training steps and an evaluation, made by TensorBoard's own messages and record writer.

    pip install tensorboard==2.20.0
    python tooling/parity/events_fixture.py     # writes packages/lat-engine/fixtures/events.out.tfevents

TensorBoard's own reader then has to find in it what was written.
"""

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

START = 1767225600.25
training = {"train/loss": 2.5, "train/gradient-norm": 0.3, "train/learning-rate": 1e-3}
attack = {"attack/loss-before": 1.5, "attack/loss-after": 2.125}
steps = {
    1: training,
    2: training | attack,
    300: training | attack | {"attack/boundary-share": 0.625},
}
evaluation = {"evaluate/loss/clean": 0.7, "evaluate/attack-success-rate/größe": 0.0}


def event(seconds, step, scalars):
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
    return Event(wall_time=START + seconds, step=step, summary=Summary(value=values))


path = Path(__file__).parents[2] / "packages" / "lat-engine" / "fixtures" / "events.out.tfevents"
events = [
    Event(wall_time=START, file_version="brain.Event:2"),
    *(event(step, step, scalars) for step, scalars in steps.items()),
    event(301, 300, evaluation),
]
with path.open("wb") as file:
    writer = RecordWriter(file)
    for each in events:
        writer.write(each.SerializeToString())

read = EventAccumulator(str(path)).Reload()
found = [(scalar.step, tag) for tag in read.Tags()["scalars"] for scalar in read.Scalars(tag)]
written = [(each.step, value.tag) for each in events for value in each.summary.value]
assert sorted(found) == sorted(written), found
print(f"wrote {path}, {len(found)} scalars")
