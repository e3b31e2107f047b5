using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Answers;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>An inventory as text, made piece by piece. The same archives always give the same bytes, as its length is told
/// before it is made again for each reader.</summary>
internal abstract class InventoryText : IDisposable
{
    private readonly ArrayBufferWriter<byte> _piece = new();
    private bool _isTaken;

    /// <summary>The type of a text.</summary>
    public static string ContentTypeOf(InventoryFormat format) => format switch
    {
        InventoryFormat.Json => JsonBody.ContentType,
        InventoryFormat.Csv => "text/csv",
    };

    /// <summary>Begins a text.</summary>
    /// <param name="format">How it is written.</param>
    /// <param name="vaultName">What it calls the vault.</param>
    /// <param name="takenAt">When the vault's archives became these.</param>
    public static InventoryText Begin(InventoryFormat format, string vaultName, DateTimeOffset takenAt) => format switch
    {
        InventoryFormat.Json => new JsonText(vaultName, takenAt),
        InventoryFormat.Csv => new CsvText(),
    };

    /// <summary>The next bytes, with these archives; good until the next call.</summary>
    public ReadOnlyMemory<byte> Print(IReadOnlyList<ArchiveEntry> archives)
    {
        var piece = NextPiece();
        foreach (var archive in archives)
        {
            Write(archive, piece);
        }

        return Take();
    }

    /// <summary>The last bytes.</summary>
    public ReadOnlyMemory<byte> End()
    {
        WriteEnd(NextPiece());
        return Take();
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Writes one archive.</summary>
    protected abstract void Write(ArchiveEntry archive, ArrayBufferWriter<byte> piece);

    /// <summary>Writes what follows the last archive.</summary>
    protected abstract void WriteEnd(ArrayBufferWriter<byte> piece);

    /// <summary>Makes sure that all that was written is in the piece.</summary>
    protected virtual void Flush()
    {
    }

    private ArrayBufferWriter<byte> NextPiece()
    {
        if (_isTaken)
        {
            _piece.ResetWrittenCount();
            _isTaken = false;
        }

        return _piece;
    }

    private ReadOnlyMemory<byte> Take()
    {
        Flush();
        _isTaken = true;
        return _piece.WrittenMemory;
    }

    /// <summary>One compact document.</summary>
    private sealed class JsonText : InventoryText
    {
        private readonly Utf8JsonWriter _json;

        public JsonText(string vaultName, DateTimeOffset takenAt)
        {
            _json = new Utf8JsonWriter(_piece, new JsonWriterOptions
            {
                // It goes to programs, never into a page, so only what JSON itself demands is escaped.
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                SkipValidation = true,
            });
            _json.WriteStartObject();
            _json.WriteString("VaultARN", vaultName);
            _json.WriteString("InventoryDate", GlacierDate.FormatSeconds(takenAt));
            _json.WriteStartArray("ArchiveList");
        }

        /// <inheritdoc/>
        protected override void Write(ArchiveEntry archive, ArrayBufferWriter<byte> piece)
        {
            _json.WriteStartObject();
            _json.WriteString("ArchiveId", archive.Archive.ToString());
            _json.WriteString("ArchiveDescription", archive.Description.ToString());
            _json.WriteString("CreationDate", GlacierDate.FormatSeconds(archive.CreatedAt));
            _json.WriteNumber("Size", archive.SizeBytes);
            _json.WriteString("SHA256TreeHash", archive.TreeHash.ToString());
            _json.WriteEndObject();
        }

        /// <inheritdoc/>
        protected override void WriteEnd(ArrayBufferWriter<byte> piece)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        /// <inheritdoc/>
        protected override void Flush() => _json.Flush();

        /// <inheritdoc/>
        public override void Dispose() => _json.Dispose();
    }

    /// <summary>A line for each archive. This is Amazon's CSV, not that of RFC 4180: inside quotes a quote has a backslash
    /// before it, and a backslash has none.</summary>
    private sealed class CsvText : InventoryText
    {
        private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"");

        public CsvText() => Append("ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n", _piece);

        /// <inheritdoc/>
        protected override void Write(ArchiveEntry archive, ArrayBufferWriter<byte> piece)
        {
            var description = Field(archive.Description.ToString());
            var created = GlacierDate.FormatSeconds(archive.CreatedAt);
            Append(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{archive.Archive},{description},{created},{archive.SizeBytes},{archive.TreeHash}\n"),
                piece);
        }

        /// <inheritdoc/>
        protected override void WriteEnd(ArrayBufferWriter<byte> piece)
        {
        }

        /// <inheritdoc/>
        public override void Dispose()
        {
        }

        private static string Field(string text) => text.AsSpan().ContainsAny(Quoted)
            ? $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : text;

        private static void Append(string line, ArrayBufferWriter<byte> piece) =>
            Encoding.ASCII.GetBytes(line, piece);
    }
}
