using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>Reads a body that must be short, whatever its Content-Type says.</summary>
internal static class SmallBody
{
    /// <summary>Reads the whole body; null where it is longer than allowed.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(
        HttpRequest request, Stream body, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        if (request.ContentLength == 0 || !request.HttpContext.CanHaveBody())
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        // One byte more than allowed, to see that there is more.
        var buffer = ArrayPool<byte>.Shared.Rent(maxBytes + 1);
        try
        {
            var count = await body.ReadAtLeastAsync(
                buffer.AsMemory(0, maxBytes + 1), maxBytes + 1, throwOnEndOfStream: false, cancellationToken);
            if (count > maxBytes)
            {
                return null;
            }

            return buffer.AsMemory(0, count).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool CanHaveBody(this HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
}
