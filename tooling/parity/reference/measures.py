"""Answers scored and counted cases with AUROC by scikit-learn and 95 % Wilson intervals by statsmodels.

    python reference/measures.py PROBLEM.json ANSWERS.json
"""

import json
import sys
from pathlib import Path

from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint

problem = json.loads(Path(sys.argv[1]).read_text())
areas = [roc_auc_score(case["positive"], case["scores"]) for case in problem["scored"]]
intervals = [proportion_confint(case["successes"], case["n"], 0.05, "wilson") for case in problem["counted"]]
Path(sys.argv[2]).write_text(json.dumps({"areas": areas, "intervals": intervals}))
