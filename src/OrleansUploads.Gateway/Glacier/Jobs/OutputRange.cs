using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier.Protocol;

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
