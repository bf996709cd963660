using Microsoft.ML.Data;

namespace Alice.ML.Samples;

/// <summary>A line of the table of flats.</summary>
internal sealed class Flat
{
    [LoadColumn(0)]
    public string District { get; set; } = "";

    [LoadColumn(1)]
    public float Size { get; set; }

    [LoadColumn(2)]
    public float Floor { get; set; }

    [LoadColumn(3)]
    public float Rent { get; set; }
}

/// <summary>What a model of rents predicts.</summary>
internal sealed class Estimate
{
    public float Score { get; set; }
}
