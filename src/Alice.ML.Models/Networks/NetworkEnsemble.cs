using System.Buffers;
using System.Runtime.CompilerServices;
using Alice.ML.Models.Inputs;
using Microsoft.ML.Data;

namespace Alice.ML.Models.Networks;

/// <summary>Networks whose outputs are averaged, each with or without an encoder. Immutable and thread-safe.</summary>
/// <remarks>The mean is over the outputs after the <see cref="OutputTransform"/>: numbers, rates, log-odds or
/// probabilities. Outputs are the same, bit for bit, for dense and sparse features, on any thread, and on any processor
/// with fused multiply-add. With a preparation, all outputs are finite. Without one, as in models of earlier versions,
/// NaN features give NaN. After the first rows, nothing is allocated.</remarks>
internal sealed class NetworkEnsemble
{
    /// <summary>Maximum number of networks.</summary>
    public const int MaximumMembers = 1000;

    // Sparse rows are expanded if more than one in this many prepared values is stored.
    private const int SparseShare = 4;
    private const int StackFloats = 512;

    private readonly NetworkScorer[] _scorers;
    private readonly int _inputCount;

    /// <exception cref="ArgumentException">There are no networks or more than <see cref="MaximumMembers"/>; they differ
    /// in inputs, outputs or transforms; an encoder or the preparation does not match; or the number of ranges is
    /// wrong.</exception>
    /// <param name="members">The networks.</param>
    /// <param name="preparation">The preparation of the features. Null: none.</param>
    /// <param name="range">The limits of each network's outputs. Null: none.</param>
    /// <param name="background">Background rows for explanations. Null: none.</param>
    public NetworkEnsemble(
        IReadOnlyList<EnsembleMember> members, FeaturePreparation? preparation = null, OutputRanges? range = null,
        IReadOnlyList<VBuffer<float>>? background = null)
    {
        EnsembleMember[] copy = [.. members];
        if (Misfit(copy) is { } why)
            throw new ArgumentException(why, nameof(members));
        if (preparation is not null && preparation.OutputCount != copy[0].InputCount)
            throw new ArgumentException(
                $"The preparation gives {preparation.OutputCount} values, and the networks take {copy[0].InputCount}.",
                nameof(preparation));
        if (range is not null && range.Count != 1 && range.Count != copy[0].Network.OutputCount)
            throw new ArgumentException(
                $"There are {range.Count} ranges for {copy[0].Network.OutputCount} outputs.", nameof(range));
        Members = Array.AsReadOnly(copy);
        (Preparation, Range) = (preparation, range);
        _inputCount = preparation?.InputCount ?? copy[0].InputCount;
        Background = background ?? [];
        foreach (var row in Background)
            if (row.Length != _inputCount)
                throw new ArgumentException(
                    $"A background row has {row.Length} features, and the model {_inputCount}.", nameof(background));
        _scorers = Array.ConvertAll(copy,
            m => m.Encoder is null ? m.Network.Scorer : new NetworkScorer(m.Network, m.Encoder));
    }

    /// <summary>An ensemble with one network.</summary>
    public static implicit operator NetworkEnsemble(DenseNetwork network) => new([new EnsembleMember(network)]);

    public IReadOnlyList<EnsembleMember> Members { get; }

    /// <summary>The preparation of the features. Null: none.</summary>
    public FeaturePreparation? Preparation { get; }

    /// <summary>The limits of each network's outputs. Null: none.</summary>
    public OutputRanges? Range { get; }

    /// <summary>Number of features of a row.</summary>
    public int InputCount => _inputCount;

    /// <summary>Background rows for explanations, unprepared. Empty for models with a layout version below 5.</summary>
    public IReadOnlyList<VBuffer<float>> Background { get; }

    /// <summary>A copy with other networks.</summary>
    public NetworkEnsemble With(IReadOnlyList<EnsembleMember> members) => new(members, Preparation, Range, Background);

    /// <summary>A copy with other background rows.</summary>
    public NetworkEnsemble WithBackground(IReadOnlyList<VBuffer<float>> rows) => new(Members, Preparation, Range, rows);

    public int OutputCount => Members[0].Network.OutputCount;

    public OutputTransform OutputTransform => Members[0].Network.OutputTransform;

    /// <summary>Computes the mean of the networks' outputs for one row of <see cref="InputCount"/> features.</summary>
    /// <param name="features">The row.</param>
    /// <param name="outputs">Receives <see cref="OutputCount"/> outputs.</param>
    /// <exception cref="ArgumentException">The number of features is wrong, or a buffer is too short.</exception>
    public void Forward(ReadOnlySpan<float> features, Span<float> outputs)
    {
        Check(features.Length, outputs.Length, outputs.Length);
        Run(features, [], outputs, []);
    }

    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float})"/>
    public void Forward(in VBuffer<float> features, Span<float> outputs)
    {
        Check(features.Length, outputs.Length, outputs.Length);
        Run(features.GetValues(), features.GetIndices(), outputs, []);
    }

    /// <summary>Computes the mean of the networks' outputs for one row, and their standard deviation.</summary>
    /// <param name="features">The row.</param>
    /// <param name="outputs">Receives <see cref="OutputCount"/> outputs.</param>
    /// <param name="deviations">Receives the sample standard deviations (n − 1), from 0 to <see
    /// cref="float.MaxValue"/>. NaN for a single network.</param>
    /// <exception cref="ArgumentException">The number of features is wrong, or a buffer is too short.</exception>
    public void Forward(ReadOnlySpan<float> features, Span<float> outputs, Span<float> deviations)
    {
        Check(features.Length, outputs.Length, deviations.Length);
        Run(features, [], outputs, deviations);
    }

    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float}, Span{float})"/>
    public void Forward(in VBuffer<float> features, Span<float> outputs, Span<float> deviations)
    {
        Check(features.Length, outputs.Length, deviations.Length);
        Run(features.GetValues(), features.GetIndices(), outputs, deviations);
    }

    /// <summary>Writes the ensemble in the layout of <see cref="NetworkEnsembleFormat"/>.</summary>
    public void Save(BinaryWriter writer) => NetworkEnsembleFormat.Save(this, writer);

    /// <inheritdoc cref="NetworkEnsembleFormat.Load"/>
    public static NetworkEnsemble Load(BinaryReader reader, long bytesLeft) =>
        NetworkEnsembleFormat.Load(reader, bytesLeft);

    private static string? Misfit(EnsembleMember[] members)
    {
        if (members.Length is 0 or > MaximumMembers)
            return $"An ensemble has 1 to {MaximumMembers} networks, not {members.Length}.";
        var first = members[0];
        foreach (var member in members)
        {
            if (member.Encoder is { } encoder && encoder.OutputCount != member.Network.InputCount)
                return $"The encoder gives {encoder.OutputCount} values, and its network takes "
                    + $"{member.Network.InputCount}.";
            if (member.InputCount != first.InputCount)
                return $"One network of the ensemble takes {first.InputCount} features, another {member.InputCount}.";
            if (member.Network.OutputCount != first.Network.OutputCount)
                return $"One network of the ensemble has {first.Network.OutputCount} outputs, another "
                    + $"{member.Network.OutputCount}.";
            if (member.Network.OutputTransform != first.Network.OutputTransform)
                return $"One network of the ensemble has the output transform {first.Network.OutputTransform}, "
                    + $"another {member.Network.OutputTransform}.";
        }
        return null;
    }

    private void Check(int features, int outputs, int deviations)
    {
        if (features != InputCount)
            throw new ArgumentException(
                $"The features have {features} values, but the model was trained with {InputCount}.");
        if (outputs < OutputCount || deviations < OutputCount)
            throw new ArgumentException($"The model has {OutputCount} outputs: there is less room.");
    }

    // As in a VBuffer: either all values, or those at the indices.
    [SkipLocalsInit]
    private void Run(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs, Span<float> deviations)
    {
        if (Preparation is null)
        {
            RunMembers(values, indices, outputs, deviations);
            return;
        }
        var isSparse = values.Length < InputCount;
        var stored = isSparse ? Preparation.MostStored(values.Length) : 0;
        var staysSparse = isSparse && stored * SparseShare <= Preparation.OutputCount;
        var size = staysSparse ? stored : Preparation.OutputCount;
        var rented = size > StackFloats ? ArrayPool<float>.Shared.Rent(size) : null;
        var prepared = (rented is null ? stackalloc float[StackFloats] : rented)[..size];
        try
        {
            if (staysSparse)
                RunSparse(values, indices, prepared, outputs, deviations);
            else
            {
                if (isSparse)
                {
                    prepared.Clear();
                    for (var k = 0; k < indices.Length; k++)
                        prepared[indices[k]] = values[k];
                }
                Preparation.Prepare(isSparse ? prepared[..InputCount] : values, prepared);
                RunMembers(prepared, [], outputs, deviations);
            }
        }
        finally
        {
            if (rented is not null)
                ArrayPool<float>.Shared.Return(rented);
        }
    }

    private void RunSparse(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> prepared, Span<float> outputs,
        Span<float> deviations)
    {
        var rented = prepared.Length > StackFloats ? ArrayPool<int>.Shared.Rent(prepared.Length) : null;
        var places = (rented is null ? stackalloc int[StackFloats] : rented)[..prepared.Length];
        try
        {
            var count = Preparation!.Prepare(values, indices, prepared, places);
            RunMembers(prepared[..count], places[..count], outputs, deviations);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<int>.Shared.Return(rented);
        }
    }

    private void RunMembers(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs, Span<float> deviations)
    {
        outputs = outputs[..OutputCount];
        if (_scorers.Length == 1)
        {
            _scorers[0].Run(values, indices, outputs);
            Range?.Hold(outputs);
            deviations.Fill(float.NaN);
            return;
        }
        using var moments = new RunningMoments(outputs.Length, stackalloc double[RunningMoments.StackLength]);
        foreach (var scorer in _scorers)
        {
            scorer.Run(values, indices, outputs);
            Range?.Hold(outputs);
            moments.Add(outputs);
        }
        moments.GetMeans(outputs);
        if (!deviations.IsEmpty)
            moments.GetDeviations(deviations);
    }
}
