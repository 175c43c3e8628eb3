"""MLflow: saves ``model.txt`` as a model that `mlflow models serve` can serve."""

import lightgbm as lgb
import mlflow

mlflow.lightgbm.save_model(lgb.Booster(model_file="model.txt"), "saved")
