using System.Globalization;
using System.Text;
using Alice.ML.Optimization.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>Sums of two numbers, written out: '7+48=55;' and so on.</summary>
internal sealed class SumsTask() : TextTask("0123456789+=;")
{
    public override string Name => "transformer";

    public override string Description =>
        "embeddings of character and place, two blocks of self-attention (4 heads, width 48) with layer normalization "
        + "and GELU, one linear layer; the next character of written sums below 50, 28 characters, minibatches of 32";

    protected override int Length => 28;

    public override nn.Module<Tensor, Tensor> CreateNetwork() => new Network(Characters, Length, width: 48);

    protected override string Write(Random random)
    {
        var text = new StringBuilder();
        while (text.Length <= Length)
        {
            var (a, b) = (random.Next(25), random.Next(25));
            text.Append(CultureInfo.InvariantCulture, $"{a}+{b}={a + b};");
        }
        return text.ToString();
    }

    private sealed class Network : nn.Module<Tensor, Tensor>
    {
        private readonly Embedding _embedding;
        private readonly Embedding _placeEmbedding;
        private readonly ModuleList<Block> _blocks;
        private readonly LayerNorm _norm;
        private readonly Linear _last;

        public Network(int characters, int length, int width) : base(nameof(Network))
        {
            _embedding = nn.Embedding(characters, width);
            _placeEmbedding = nn.Embedding(length, width);
            _blocks = [new Block(width, 4), new Block(width, 4)];
            _norm = nn.LayerNorm(width);
            _last = nn.Linear(width, characters);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var places = tensor([.. Enumerable.Range(0, (int)input.shape[1]).Select(place => (long)place)]);
            var x = _embedding.forward(input).Plus(_placeEmbedding.forward(places));
            foreach (var block in _blocks)
                x = block.forward(x);
            return _last.forward(_norm.forward(x));
        }
    }

    /// <summary>Causal self-attention, then two linear layers, each added to what goes in.</summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly int _heads;
        private readonly LayerNorm _first;
        private readonly Linear _queriesKeysValues;
        private readonly Linear _mixed;
        private readonly LayerNorm _second;
        private readonly Linear _wide;
        private readonly Linear _narrow;

        public Block(int width, int heads) : base(nameof(Block))
        {
            _heads = heads;
            _first = nn.LayerNorm(width);
            _queriesKeysValues = nn.Linear(width, 3 * width);
            _mixed = nn.Linear(width, width);
            _second = nn.LayerNorm(width);
            _wide = nn.Linear(width, 2 * width);
            _narrow = nn.Linear(2 * width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (rows, length, width) = (input.shape[0], input.shape[1], input.shape[2]);
            var parts = _queriesKeysValues.forward(_first.forward(input)).view(
                rows, length, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4);
            var attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true)
                .transpose(1, 2).reshape(rows, length, width);
            var x = input.Plus(_mixed.forward(attended));
            return x.Plus(_narrow.forward(nn.functional.gelu(_wide.forward(_second.forward(x)))));
        }
    }
}
