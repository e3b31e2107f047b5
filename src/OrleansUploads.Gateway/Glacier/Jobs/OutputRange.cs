using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Which bytes of a job's output are asked for, counted from the output's first byte.</summary>
/// <param name="Range">Inside the output.</param>
/// <param name="IsPartial">Whether there was a Range header, so that the answer is a 206.</param>
internal readonly record struct OutputRange(PartRange Range, bool IsPartial)
{
    /// <summary>The HTTP status of the answer.</summary>
    public int Status => IsPartial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;

    /// <summary>Puts status and headers of these bytes into an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="outputBytes">The length of the whole output.</param>
    public void Describe(HttpResponse response, long outputBytes)
    {
        response.StatusCode = Status;
        response.ContentLength = Range.LengthBytes;
        response.Headers.AcceptRanges = "bytes";
        if (IsPartial)
        {
            response.Headers.ContentRange = $"bytes {Range}/{outputBytes}";
        }
    }

    /// <summary>Reads <c>bytes=first-last</c> or <c>bytes=first-</c>. An end behind the output's is moved there.</summary>
    public static bool TryRead(
        string? header, long outputBytes, out OutputRange output, [NotNullWhen(false)] out GlacierError? error)
    {
        const string Prefix = "bytes=";
        output = default;
        if (header is null)
        {
            output = new OutputRange(new PartRange(0, outputBytes - 1), IsPartial: false);
            error = null;
            return true;
        }

        if (!header.StartsWith(Prefix, StringComparison.Ordinal) || !TryReadEnds(header[Prefix.Length..], out var range))
        {
            error = GlacierError.Invalid($"Invalid Range: {header}. The form is 'bytes=first-last' or 'bytes=first-'.");
            return false;
        }

        if (range.FirstByte >= outputBytes)
        {
            error = new GlacierError(
                StatusCodes.Status416RangeNotSatisfiable,
                ErrorCode.InvalidParameterValue,
                $"Invalid Range: {header}. The job's output has {outputBytes} bytes.");
            return false;
        }

        var lastByte = Math.Min(range.LastByte, outputBytes - 1);
        output = new OutputRange(new PartRange(range.FirstByte, lastByte), IsPartial: true);
        error = null;
        return true;
    }

    private static bool TryReadEnds(string text, out PartRange range)
    {
        if (text.EndsWith('-') && Digits.TryRead(text.AsSpan(0, text.Length - 1), out var first) && first < long.MaxValue)
        {
            range = new PartRange(first, long.MaxValue - 1);
            return true;
        }

        return Digits.TryReadRange(text, out range);
    }
}
