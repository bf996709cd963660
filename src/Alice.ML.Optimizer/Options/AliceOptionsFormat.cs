namespace Alice.ML.Optimization.Options;

/// <summary>The binary form of <see cref="AliceOptimizerOptions"/> in a state dictionary, without the
/// generator.</summary>
internal static class AliceOptionsFormat
{
    public static void Write(BinaryWriter writer, AliceOptimizerOptions options)
    {
        writer.Write(options.LearningRate);
        writer.Write(options.Beta1);
        writer.Write(options.Beta2);
        writer.Write(options.Epsilon);
        writer.Write(options.L1Regularization);
        writer.Write(options.L2Regularization);
        Write(writer, options.StepFraction);
        writer.Write(options.LookAhead);
        writer.Write((int)options.StepBound);
        writer.Write(options.MinimumStep);
        writer.Write(options.MaximumStep);
        writer.Write(options.ScaleBoundsWithLearningRate);
        writer.Write((int)options.HessianEstimate);
        writer.Write(options.HessianScale);
        writer.Write(options.UseGlass);
        writer.Write(options.QuickSteps);
        Write(writer, options.PerturbationRadius);
        writer.Write(options.AverageSampleGradients);
        writer.Write(options.StartingSteps ?? 0);
        writer.Write(options.GlassScale);
    }

    // Object initializers run in the written order, which must be that of Write.
    public static AliceOptimizerOptions Read(BinaryReader reader) => new()
    {
        LearningRate = reader.ReadDouble(),
        Beta1 = reader.ReadDouble(),
        Beta2 = reader.ReadDouble(),
        Epsilon = reader.ReadDouble(),
        L1Regularization = reader.ReadDouble(),
        L2Regularization = reader.ReadDouble(),
        StepFraction = ReadOptional(reader),
        LookAhead = reader.ReadDouble(),
        StepBound = (StepBound)reader.ReadInt32(),
        MinimumStep = reader.ReadDouble(),
        MaximumStep = reader.ReadDouble(),
        ScaleBoundsWithLearningRate = reader.ReadBoolean(),
        HessianEstimate = (HessianEstimate)reader.ReadInt32(),
        HessianScale = reader.ReadDouble(),
        UseGlass = reader.ReadBoolean(),
        QuickSteps = reader.ReadInt32(),
        PerturbationRadius = ReadOptional(reader),
        AverageSampleGradients = reader.ReadBoolean(),
        StartingSteps = reader.ReadInt32() is var steps and > 0 ? steps : null,
        GlassScale = reader.ReadDouble(),
    };

    // NaN stands for null, since no option can be NaN.
    private static void Write(BinaryWriter writer, double? value) => writer.Write(value ?? double.NaN);

    private static double? ReadOptional(BinaryReader reader) =>
        reader.ReadDouble() is var value && double.IsNaN(value) ? null : value;
}
