using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Formats an inventory as text, in pieces. The same archives always give the same bytes, because the length is
/// announced before the text is generated again for each reader.</summary>
internal abstract class InventoryFormatter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _piece = new();
    private bool _isFinished;

    public static string ContentTypeOf(InventoryFormat format) => format switch
    {
        InventoryFormat.Json => FrontAnswer.JsonType,
        InventoryFormat.Csv => "text/csv",
    };

    /// <summary><paramref name="vaultName"/> is the vault's ARN.</summary>
    public static InventoryFormatter Begin(InventoryFormat format, string vaultName, DateTimeOffset takenAt) => format switch
    {
        InventoryFormat.Json => new JsonText(vaultName, takenAt),
        InventoryFormat.Csv => new CsvText(),
    };

    /// <summary>Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Format(IReadOnlyList<ArchiveEntry> archives)
    {
        BeginPiece();
        foreach (var archive in archives)
        {
            Write(archive);
        }

        return FinishPiece();
    }

    /// <summary>Valid until the next call.</summary>
    public ReadOnlyMemory<byte> End()
    {
        BeginPiece();
        WriteEnd();
        return FinishPiece();
    }

    public virtual void Dispose()
    {
    }

    protected abstract void Write(ArchiveEntry archive);

    protected virtual void WriteEnd()
    {
    }

    /// <summary>Flushes everything that was written into the piece.</summary>
    protected virtual void Flush()
    {
    }

    private void BeginPiece()
    {
        if (_isFinished)
        {
            _piece.ResetWrittenCount();
            _isFinished = false;
        }
    }

    private ReadOnlyMemory<byte> FinishPiece()
    {
        Flush();
        _isFinished = true;
        return _piece.WrittenMemory;
    }

    /// <summary>One compact JSON document.</summary>
    private sealed class JsonText : InventoryFormatter
    {
        private static readonly JsonEncodedText ArchiveId = JsonEncodedText.Encode("ArchiveId");
        private static readonly JsonEncodedText ArchiveDescription = JsonEncodedText.Encode("ArchiveDescription");
        private static readonly JsonEncodedText CreationDate = JsonEncodedText.Encode("CreationDate");
        private static readonly JsonEncodedText Size = JsonEncodedText.Encode("Size");
        private static readonly JsonEncodedText TreeHash = JsonEncodedText.Encode("SHA256TreeHash");

        private readonly Utf8JsonWriter _json;

        public JsonText(string vaultName, DateTimeOffset takenAt)
        {
            _json = new Utf8JsonWriter(_piece, new JsonWriterOptions
            {
                // Programs read it; no web page includes it. So only what JSON itself requires is escaped.
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                SkipValidation = true,
            });
            _json.WriteStartObject();
            _json.WriteString("VaultARN", vaultName);
            _json.WriteString("InventoryDate", GlacierDate.FormatSeconds(takenAt));
            _json.WriteStartArray("ArchiveList");
        }

        protected override void Write(ArchiveEntry archive)
        {
            _json.WriteStartObject();
            _json.WriteString(ArchiveId, archive.Archive.ToString());
            _json.WriteString(ArchiveDescription, archive.Description.ToString());
            _json.WriteString(CreationDate, GlacierDate.FormatSeconds(archive.CreatedAt));
            _json.WriteNumber(Size, archive.SizeBytes);
            _json.WriteString(TreeHash, archive.TreeHash.ToString());
            _json.WriteEndObject();
        }

        protected override void WriteEnd()
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        protected override void Flush() => _json.Flush();

        public override void Dispose()
        {
            _json.Dispose();
            base.Dispose();
        }
    }

    /// <summary>One line for each archive. This is Amazon's CSV and not RFC 4180's: inside quotes, a quote is escaped with a
    /// backslash, and a backslash is not escaped.</summary>
    private sealed class CsvText : InventoryFormatter
    {
        private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"");

        public CsvText() => Append("ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n");

        protected override void Write(ArchiveEntry archive)
        {
            var description = Field(archive.Description.ToString());
            var created = GlacierDate.FormatSeconds(archive.CreatedAt);
            Append(string.Create(
                CultureInfo.InvariantCulture, $"{archive.Archive},{description},{created},{archive.SizeBytes},{archive.TreeHash}\n"));
        }

        private static string Field(string text) => text.AsSpan().ContainsAny(Quoted)
            ? $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : text;

        private void Append(string line) => Encoding.ASCII.GetBytes(line, _piece);
    }
}
