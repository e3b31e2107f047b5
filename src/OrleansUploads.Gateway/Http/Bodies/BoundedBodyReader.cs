using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>Reads a whole body of limited length into memory. The Content-Type does not matter.</summary>
internal static class BoundedBodyReader
{
    private const int InitialBytes = 128 * 1024;

    /// <summary>Reads the whole body.</summary>
    /// <returns>The body, or null if it is longer than <paramref name="maxBytes"/>.</returns>
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

        // One byte more than allowed shows that the body is too long. The buffer grows only with the bytes that arrive.
        var limit = maxBytes + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(limit, InitialBytes));
        var count = 0;
        try
        {
            while (true)
            {
                var space = Math.Min(buffer.Length, limit) - count;
                var read = await body.ReadAtLeastAsync(
                    buffer.AsMemory(count, space), space, throwOnEndOfStream: false, cancellationToken);
                count += read;
                if (count > maxBytes)
                {
                    return null;
                }

                if (read < space)
                {
                    return buffer.AsMemory(0, count).ToArray();
                }

                var larger = ArrayPool<byte>.Shared.Rent(Math.Min(limit, 2 * buffer.Length));
                buffer.AsSpan(0, count).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool CanHaveBody(this HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
}
