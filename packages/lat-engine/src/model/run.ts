import { type Tensor, tf } from "lat-tensorflow";
import type { Mode, Model, Site, State, Tensors } from "./model.ts";

/** Perturbations by site name; each is added to the site's activation and has its shape. */
export type Perturbations = Readonly<Record<string, Tensor>>;

/** f_θ1: runs the stages in front of the site. The result is the state that `suffix` continues from. */
export function prefix(model: Model, parameters: Tensors, batch: State, site: Site, mode: Mode = "evaluate"): State {
  return runStages(model, parameters, batch, 0, site.stage, {}, mode);
}

/** g_θ2: continues from the state that enters `from`, with δ added to the activation at every perturbed site. */
export function suffix(
  model: Model,
  parameters: Tensors,
  state: State,
  from: Site,
  perturbations: Perturbations,
  mode: Mode = "evaluate",
): State {
  return runStages(model, parameters, state, from.stage, model.stages.length, perturbations, mode);
}

/** The whole network, with δ added at every perturbed site. */
export function forward(
  model: Model,
  parameters: Tensors,
  batch: State,
  perturbations: Perturbations = {},
  mode: Mode = "evaluate",
): State {
  return runStages(model, parameters, batch, 0, model.stages.length, perturbations, mode);
}

function runStages(
  model: Model,
  parameters: Tensors,
  start: State,
  from: number,
  to: number,
  perturbations: Perturbations,
  mode: Mode,
): State {
  let state = start;
  for (let stage = from; stage < to; stage++) {
    state = model.stages[stage]!.run(parameters, perturbed(model, state, stage, perturbations), mode);
  }
  return state;
}

function perturbed(model: Model, state: State, stage: number, perturbations: Perturbations): State {
  const here = model.sites.filter((site) => site.stage === stage && perturbations[site.name]);
  const changes = here.map((site) => [site.key, tf.add(state[site.key]!, perturbations[site.name]!)] as const);
  return changes.length === 0 ? state : { ...state, ...Object.fromEntries(changes) };
}
