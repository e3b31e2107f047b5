using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>Reads a whole body of limited length into memory. The Content-Type does not matter.</summary>
internal static class BoundedBodyReader
{
    /// <summary>Reads the whole body.</summary>
    /// <returns>The body; null if it is longer than <paramref name="maxBytes"/>.</returns>
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

        // One byte more than allowed shows that the body is too long.
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
