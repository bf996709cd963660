using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Trainers;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Changes weights of networks, and predicts and measures what that costs.</summary>
internal sealed class Compressor(PruneOptions options)
{
    /// <summary>Removes a share of the weights of every network.</summary>
    public CompressedModel<NetworkEnsemble> Prune(
        NetworkEnsemble ensemble, LearningTask task, ModelRows rows, double fraction)
    {
        new OptionErrors().Require(
            fraction is >= 0 and < 1, nameof(fraction), fraction, "must be 0 or more and below 1").ThrowIfAny();
        // The other orders are the same in each round.
        var rounds = options.Order is PruneOrder.PredictedLoss or PruneOrder.PredictedLossWithGradient ? options.Rounds
            : 1;
        return Compress(ensemble, task, rows, rounds, (member, values, costs, round) =>
        {
            double[] changes = [.. values.Select(value => -value)];
            var removed = Chosen(member, changes, costs, fraction * round / rounds);
            return [.. changes.Select((change, i) => removed.Contains(i) ? change : 0)];
        });
    }

    /// <summary>Rounds the weights of each layer to 2^bits − 1 evenly spaced values around 0.</summary>
    public CompressedModel<NetworkEnsemble> Round(NetworkEnsemble ensemble, LearningTask task, ModelRows rows, int bits)
    {
        new OptionErrors().Require(bits is >= 2 and <= 16, nameof(bits), bits, "must be 2 to 16").ThrowIfAny();
        return Compress(ensemble, task, rows, rounds: 1, (member, values, _, _) =>
        {
            var changes = new double[values.Length];
            foreach (var layer in Layers(member).Select(layer => layer.ToArray()))
            {
                var step = layer.Max(i => Math.Abs(values[i])) / ((1 << (bits - 1)) - 1);
                foreach (var i in layer)
                    changes[i] = step == 0 ? 0 : Math.Round(values[i] / step) * step - values[i];
            }
            return changes;
        });
    }

    // 'choose' gives the changes [parameters] of a round, 1 to rounds, from the values and what changes cost.
    private CompressedModel<NetworkEnsemble> Compress(
        NetworkEnsemble ensemble, LearningTask task, ModelRows rows, int rounds,
        Func<DenseNetwork, double[], LossModel, int, double[]> choose)
    {
        options.Validate();
        var members = new List<EnsembleMember>();
        var (weights, changed) = (0, 0);
        double loss = 0, predicted = 0, measured = 0;
        foreach (var member in ensemble.Members)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            using var networkLoss = new NetworkLoss(member, task, rows);
            using var snapshot = new ModuleSnapshot(networkLoss.Module, inDouble: false);
            var parameters = new ParameterVector(networkLoss.Module);
            var probe = new GradientProbe(
                parameters, networkLoss.Evaluate, snapshot, new() { CancellationToken = options.CancellationToken });
            weights += Layers(member.Network).Sum(layer => layer.Count());
            var point = parameters.Values();
            for (var round = 1; round <= rounds; round++)
            {
                var costs = LossModel.Measure(probe, point, options, round);
                var changes = choose(member.Network, point.data<double>().ToArray(), costs, round);
                changed += changes.Count(change => change != 0);
                loss += round == 1 ? costs.Loss : 0;
                predicted += costs.Of(changes).Sum();
                point = point.Plus(tensor(changes));
            }
            measured += probe.At(point).Loss;
            parameters.Place(point);
            members.Add(UnitRemoval.Compact(networkLoss.ToMember()));
        }
        var count = members.Count;
        return new(ensemble.With(members), weights, changed, loss / count, (loss + predicted) / count,
            measured / count);
    }

    private HashSet<int> Chosen(DenseNetwork network, double[] changes, LossModel costs, double fraction)
    {
        int[] weights = [.. Layers(network).SelectMany(layer => layer)];
        var cost = options.Order switch
        {
            PruneOrder.PredictedLoss => costs.Of(changes),
            PruneOrder.PredictedLossWithGradient => costs.WithGradient(changes),
            PruneOrder.Magnitude => Array.ConvertAll(changes, Math.Abs),
            _ => Noise(changes.Length),
        };
        // A weight that is 0 stays removed, whatever the others promise.
        return [.. weights.OrderBy(i => changes[i] == 0 ? double.NegativeInfinity : cost[i])
            .Take((int)Math.Round(fraction * weights.Length))];
    }

    private double[] Noise(int count)
    {
        var random = new Random(options.Seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
    }

    /// <summary>Places of the weights, without biases, of each layer in <see cref="DenseNetwork.Weights"/>.</summary>
    private static IEnumerable<IEnumerable<int>> Layers(DenseNetwork network)
    {
        var start = 0;
        for (var l = 1; l < network.LayerSizes.Count; l++)
        {
            var count = network.LayerSizes[l - 1] * network.LayerSizes[l];
            yield return Enumerable.Range(start, count);
            start += count + network.LayerSizes[l];
        }
    }
}
