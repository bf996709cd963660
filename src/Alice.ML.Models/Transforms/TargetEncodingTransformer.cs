using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(TargetEncodingTransformer), null, typeof(SignatureLoadModel),
    "Target Encoding", TargetEncodingTransformer.LoaderSignature)]

namespace Alice.ML.Transforms;

/// <summary>Replaces each value of a text column by the encoding that <see cref="TargetEncoder"/> has learned for it
/// from all training rows. A value that did not occur in training is encoded as zeros.</summary>
public sealed class TargetEncodingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "AliceTargetEncoding";

    private readonly TargetEncodingTable[] _tables;
    private readonly string[] _slots;

    internal TargetEncodingTransformer(IHostEnvironment env, (string Output, string Input)[] columns,
        TargetEncodingTable[] tables, string[] slots)
        : base(env.Register(LoaderSignature), columns)
    {
        (_tables, _slots) = (tables, slots);
    }

    private TargetEncodingTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : base(env.Register(LoaderSignature), ctx)
    {
        // *** Binary format ***
        // the columns, as the base class writes them
        // int: slots
        // string[]: their names
        // for each column: its table
        var reader = ctx.Reader;
        var slots = new List<string>();
        for (var left = reader.ReadInt32(); left > 0; left--)
            slots.Add(reader.ReadString());
        _slots = [.. slots];
        _tables = [.. ColumnPairs.Select(_ => TargetEncodingTable.Load(reader))];
        if (Array.Find(_tables, table => table.Width != slots.Count) is { } wrong)
            throw new FormatException($"A target encoding has {slots.Count} names for {wrong.Width} numbers.");
    }

    // ML.NET's loader finds this method by its name.
    internal static TargetEncodingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new TargetEncodingTransformer(env, ctx);
    }

    /// <summary>Encodes the training rows, each with the table of its fold.</summary>
    /// <param name="data">The training rows.</param>
    /// <param name="tables">[fold, column].</param>
    /// <param name="foldOf">Returns the fold of a row.</param>
    internal IDataView TransformByFold(
        IDataView data, TargetEncodingTable[][] tables, Func<DataViewRowId, int> foldOf) =>
            new RowToRowMapperTransform(Host, data, new Mapper(this, data.Schema, tables, foldOf), MakeRowMapper);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersion());
        SaveColumns(ctx);
        ctx.Writer.Write(_slots.Length);
        foreach (var slot in _slots)
            ctx.Writer.Write(slot);
        foreach (var table in _tables)
            table.Save(ctx.Writer);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) =>
        new Mapper(this, schema, [_tables], _ => 0);

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        if (inputSchema[srcCol] is var column && column.Type != TextDataViewType.Instance)
            throw TargetEncoder.Mismatch(column.Name, column.Type, TargetEncoder.TextRemedy);
    }

    private static VersionInfo GetVersion() => new(
        modelSignature: "ALICE TE",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(TargetEncodingTransformer).Assembly.FullName);

    private sealed class Mapper(TargetEncodingTransformer parent, DataViewSchema schema, TargetEncodingTable[][] tables,
        Func<DataViewRowId, int> foldOf) : OneToOneMapperBase(parent.Host, parent, schema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            var slots = parent._slots.Select(slot => slot.AsMemory()).ToArray();
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.AddSlotNames(
                slots.Length, (ref VBuffer<ReadOnlyMemory<char>> names) => names = new(slots.Length, slots));
            var type = new VectorDataViewType(NumberDataViewType.Single, slots.Length);
            return [.. parent.ColumnPairs.Select(pair =>
                new DataViewSchema.DetachedColumn(pair.outputColumnName, type, annotations.ToAnnotations()))];
        }

        protected override Delegate MakeGetter(
            DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var getText = input.GetGetter<ReadOnlyMemory<char>>(input.Schema[ColMapNewToOld[iinfo]]);
            var getId = input.GetIdGetter();
            var text = default(ReadOnlyMemory<char>);
            var id = default(DataViewRowId);
            return (ValueGetter<VBuffer<float>>)Encode;

            void Encode(ref VBuffer<float> encoded)
            {
                getText(ref text);
                getId(ref id);
                tables[foldOf(id)][iinfo].Encode(text.Span, ref encoded);
            }
        }
    }
}
