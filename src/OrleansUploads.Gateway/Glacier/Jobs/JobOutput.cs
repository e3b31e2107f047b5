using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>The requested bytes of a job's output.</summary>
/// <param name="Range">The bytes, counted from the start of the output; within the output.</param>
/// <param name="IsPartial">Whether the request has a Range header, so that the status is 206.</param>
internal readonly record struct OutputRange(PartRange Range, bool IsPartial)
{
    /// <summary>The HTTP status of the response.</summary>
    public int Status => IsPartial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;

    /// <summary>Sets status and headers of a response with these bytes.</summary>
    /// <param name="response">The response.</param>
    /// <param name="outputBytes">Length of the whole output.</param>
    public void SetHeaders(HttpResponse response, long outputBytes)
    {
        response.StatusCode = Status;
        response.ContentLength = Range.LengthBytes;
        response.Headers.AcceptRanges = "bytes";
        if (IsPartial)
        {
            response.Headers.ContentRange = $"bytes {Range}/{outputBytes}";
        }
    }

    /// <summary>Reads <c>bytes=first-last</c> or <c>bytes=first-</c>. A last byte beyond the output means its last byte.</summary>
    public static OutputRange Read(string? header, long outputBytes)
    {
        const string Prefix = "bytes=";
        if (header is null)
        {
            return new OutputRange(new PartRange(0, outputBytes - 1), IsPartial: false);
        }

        if (!header.StartsWith(Prefix, StringComparison.Ordinal) || !TryParseEnds(header[Prefix.Length..], out var range))
        {
            throw GlacierError.Invalid($"Invalid Range: {header}. The form is 'bytes=first-last' or 'bytes=first-'.").AsException();
        }

        return range.FirstByte < outputBytes
            ? new OutputRange(new PartRange(range.FirstByte, Math.Min(range.LastByte, outputBytes - 1)), IsPartial: true)
            : throw new GlacierError(
                StatusCodes.Status416RangeNotSatisfiable,
                ErrorCode.InvalidParameterValue,
                $"Invalid Range: {header}. The job's output has {outputBytes} bytes.").AsException();
    }

    private static bool TryParseEnds(string text, out PartRange range)
    {
        if (text.EndsWith('-') && ProtocolNumber.TryParse(text.AsSpan(0, text.Length - 1), out var first) && first < long.MaxValue)
        {
            range = new PartRange(first, long.MaxValue - 1);
            return true;
        }

        return ProtocolNumber.TryParseRange(text, out range);
    }
}

/// <summary>A response with bytes of a retrieved archive.</summary>
internal sealed class ArchiveOutputAnswer(
    ArchiveReader archives, Manifest manifest, RetrievalJob job, OutputRange output, PartRange range, TreeHash? treeHash)
    : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => output.Status;

    /// <inheritdoc/>
    /// <remarks>The headers are sent with the first verified bytes, so damage that is found before them still leads to an error
    /// document.</remarks>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.ContentType = "application/octet-stream";
        StoredBytes.Isolate(response);
        output.SetHeaders(response, job.Range.LengthBytes);
        if (treeHash is { } hash)
        {
            response.Headers[GlacierHeaders.TreeHash] = hash.ToString();
        }

        if (job.Archive.Description.OrNull is { } description)
        {
            response.Headers[GlacierHeaders.ArchiveDescription] = description;
        }

        await archives.CopyAsync(manifest, range, body, cancellationToken);
    }
}

/// <summary>A response with bytes of an inventory.</summary>
internal sealed class InventoryOutputAnswer(InventoryWriter inventories, InventoryJob job, OutputRange output) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => output.Status;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.ContentType = InventoryFormatter.ContentTypeOf(job.Format);
        StoredBytes.Isolate(response);
        output.SetHeaders(response, job.Output.SizeBytes);
        return inventories.CopyAsync(job, output.Range, body, cancellationToken);
    }
}
