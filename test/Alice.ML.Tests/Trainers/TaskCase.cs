using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>A trainer of one task, with data for it: what the contract test needs to know of a trainer.</summary>
public abstract class TaskCase
{
    public static IEnumerable<TaskCase> All => [new RegressionCase(), new BinaryCase(), new MulticlassCase()];

    /// <summary>Those of several labels too.</summary>
    public static IEnumerable<TaskCase> WithSeveral => [.. All, new MultioutputCase(), new MultilabelCase()];

    public static IEnumerable<object[]> EveryRow => WithSeveral.Select(task => new object[] { task });

    public static IEnumerable<object[]> Rows => All.Select(task => new object[] { task });

    public abstract AliceTrainerOptions Options(Action<AliceTrainerOptions> change);

    public abstract IEstimator<ITransformer> Trainer(MLContext ml, Action<AliceTrainerOptions> change);

    /// <summary>The label as the trainer wants it, from the column Number.</summary>
    public abstract IEstimator<ITransformer> Labels(MLContext ml);

    /// <summary>Examples whose column Label is of the task, and no longer the number.</summary>
    public IDataView Labelled(MLContext ml, IEnumerable<Example> rows)
    {
        var data = Example.View(ml, rows);
        data = ml.Transforms.CopyColumns("Number", "Label").Append(ml.Transforms.DropColumns("Label")).Fit(data)
            .Transform(data);
        return Labels(ml).Fit(data).Transform(data);
    }

    /// <summary>Scores of all rows, one after the other.</summary>
    public abstract float[] Scores(MLContext ml, IDataView scored);

    public abstract AliceTrainingSummary Summary(ITransformer model);

    public abstract string WrongLabelMessage { get; }

    public override string ToString() => GetType().Name;

    protected static T With<T>(T options, Action<AliceTrainerOptions> change) where T : AliceTrainerOptions
    {
        options.HiddenLayers = [16];
        options.NumberOfEpochs = 30;
        options.NumberOfNetworks = 2;
        options.NumericEncoding = NumericEncoding.Mixed;
        options.Dropout = 0;
        options.WeightDecay = 0;
        options.Seed = 1;
        options.Device = "cpu";
        change(options);
        return options;
    }

    protected static float[] Column(MLContext ml, IDataView data) =>
        [.. data.GetColumn<float>(data.Schema["Score"])];

    private sealed class RegressionCase : TaskCase
    {
        public override string WrongLabelMessage => "The label column 'Label' is of type String, but must be a Single";

        public override AliceTrainerOptions Options(Action<AliceTrainerOptions> change) =>
            With(new AliceRegressionTrainer.Options(), change);

        public override IEstimator<ITransformer> Trainer(MLContext ml, Action<AliceTrainerOptions> change) =>
            ml.Regression.Trainers.Alice((AliceRegressionTrainer.Options)Options(change));

        public override IEstimator<ITransformer> Labels(MLContext ml) => ml.Transforms.CopyColumns("Label", "Number");

        public override float[] Scores(MLContext ml, IDataView scored) => Column(ml, scored);

        public override AliceTrainingSummary Summary(ITransformer model) =>
            ((ISingleFeaturePredictionTransformer<Alice.ML.Models.AliceRegressionModelParameters>)model)
                .Model.TrainingSummary!;
    }

    private sealed class BinaryCase : TaskCase
    {
        public override string WrongLabelMessage => "The label column 'Label' is of type String, but must be a Boolean";

        public override AliceTrainerOptions Options(Action<AliceTrainerOptions> change) =>
            With(new AliceBinaryTrainer.Options(), change);

        public override IEstimator<ITransformer> Trainer(MLContext ml, Action<AliceTrainerOptions> change) =>
            ml.BinaryClassification.Trainers.Alice((AliceBinaryTrainer.Options)Options(change));

        public override IEstimator<ITransformer> Labels(MLContext ml) =>
            ml.Transforms.CustomMapping<NumberRow, BooleanLabel>(
            (row, label) => label.Label = row.Number > 9, null);

        public override float[] Scores(MLContext ml, IDataView scored) => Column(ml, scored);

        public override AliceTrainingSummary Summary(ITransformer model) =>
            ((ISingleFeaturePredictionTransformer<Microsoft.ML.Calibrators.CalibratedModelParametersBase<
                Alice.ML.Models.AliceBinaryModelParameters, Microsoft.ML.Calibrators.PlattCalibrator>>)model)
                    .Model.SubModel.TrainingSummary!;
    }

    private sealed class MulticlassCase : TaskCase
    {
        public override string WrongLabelMessage => "The label column 'Label' is of type String, but must be a key";

        public override AliceTrainerOptions Options(Action<AliceTrainerOptions> change) =>
            With(new AliceMulticlassTrainer.Options(), change);

        public override IEstimator<ITransformer> Trainer(MLContext ml, Action<AliceTrainerOptions> change) =>
            ml.MulticlassClassification.Trainers.Alice((AliceMulticlassTrainer.Options)Options(change));

        public override IEstimator<ITransformer> Labels(MLContext ml) =>
            ml.Transforms.CustomMapping<NumberRow, NameLabel>(
                (row, label) => label.Name = row.Number > 10 ? "high" : row.Number > 8 ? "middle" : "low", null)
            .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Name"));

        public override float[] Scores(MLContext ml, IDataView scored) =>
            [.. scored.GetColumn<float[]>(scored.Schema["Score"]).SelectMany(row => row)];

        public override AliceTrainingSummary Summary(ITransformer model) =>
            ((ISingleFeaturePredictionTransformer<Alice.ML.Models.AliceMulticlassModelParameters>)model)
                .Model.TrainingSummary!;
    }

    private sealed class MultioutputCase : TaskCase
    {
        public override string WrongLabelMessage =>
            "The label column 'Label' is of type String, but must be a vector of Single of known length";

        public override AliceTrainerOptions Options(Action<AliceTrainerOptions> change) =>
            With(new AliceMultioutputTrainer.Options(), change);

        public override IEstimator<ITransformer> Trainer(MLContext ml, Action<AliceTrainerOptions> change) =>
            ml.Regression.Trainers.AliceMultioutput((AliceMultioutputTrainer.Options)Options(change));

        public override IEstimator<ITransformer> Labels(MLContext ml) =>
            ml.Transforms.CustomMapping<NumberRow, NumbersLabel>((row, label) =>
                label.Label = [row.Number, row.Number > 8 ? row.Number * row.Number / 100 : float.NaN], null);

        public override float[] Scores(MLContext ml, IDataView scored) =>
            [.. scored.GetColumn<float[]>(scored.Schema["Score"]).SelectMany(row => row)];

        public override AliceTrainingSummary Summary(ITransformer model) =>
            ((ISingleFeaturePredictionTransformer<Alice.ML.Models.AliceMultioutputModelParameters>)model)
                .Model.TrainingSummary!;
    }

    private sealed class MultilabelCase : TaskCase
    {
        public override string WrongLabelMessage =>
            "The label column 'Label' is of type String, but must be a vector of Boolean, or of Single";

        public override AliceTrainerOptions Options(Action<AliceTrainerOptions> change) =>
            With(new AliceMultilabelTrainer.Options(), change);

        public override IEstimator<ITransformer> Trainer(MLContext ml, Action<AliceTrainerOptions> change) =>
            ml.BinaryClassification.Trainers.AliceMultilabel((AliceMultilabelTrainer.Options)Options(change));

        public override IEstimator<ITransformer> Labels(MLContext ml) =>
            ml.Transforms.CustomMapping<NumberRow, FlagsLabel>((row, label) =>
                label.Label = [row.Number > 8, row.Number > 9, row.Number is > 8 and < 10], null);

        public override float[] Scores(MLContext ml, IDataView scored) =>
            [.. scored.GetColumn<float[]>(scored.Schema["Score"]).SelectMany(row => row)];

        public override AliceTrainingSummary Summary(ITransformer model) =>
            ((ISingleFeaturePredictionTransformer<Alice.ML.Models.AliceMultilabelModelParameters>)model)
                .Model.TrainingSummary!;
    }

    private sealed class NumbersLabel
    {
        [VectorType(2)]
        public float[] Label { get; set; } = [];
    }

    private sealed class FlagsLabel
    {
        [VectorType(3)]
        public bool[] Label { get; set; } = [];
    }

    private sealed class NumberRow
    {
        public float Number { get; set; }
    }

    private sealed class BooleanLabel
    {
        public bool Label { get; set; }
    }

    private sealed class NameLabel
    {
        public string Name { get; set; } = "";
    }
}
