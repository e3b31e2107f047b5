using System.Security.Cryptography;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>The body of a request as its signature sees it: by the hash that the caller declares, or else by its bytes.</summary>
/// <param name="request">The request.</param>
/// <param name="body">Its body.</param>
/// <param name="takesBytes">Whether the body is bytes to keep; those are left alone here.</param>
/// <param name="maxDocumentBytes">Longest body of any other kind.</param>
internal sealed class RequestPayload(HttpRequest request, Stream body, bool takesBytes, int maxDocumentBytes)
{
    private bool _isRead;

    /// <summary>The body where it is a small document and was read.</summary>
    public ReadOnlyMemory<byte> Document { get; private set; }

    /// <summary>What stands for the body in the signature; set by <see cref="PrepareAsync"/>.</summary>
    public string Hash { get; private set; } = "";

    private string? DeclaredHash =>
        request.Headers.TryGetValue(HeaderName.ContentSha256, out var values) ? values.ToString() : null;

    /// <summary>Finds the hash. Nothing is read of a body whose hash is declared.</summary>
    public async ValueTask<GlacierError?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (takesBytes || DeclaredHash is not null)
        {
            Hash = DeclaredHash ?? "";
            return BodyHeaders.TryReadLinearHash(DeclaredHash, out _, out var error) ? null : error;
        }

        if (await ReadAsync(cancellationToken) is { } tooLong)
        {
            return tooLong;
        }

        Hash = ComputeHash();
        return null;
    }

    /// <summary>Reads a small document, and checks it against the declared hash.</summary>
    public async ValueTask<GlacierError?> ReadDocumentAsync(CancellationToken cancellationToken)
    {
        if (takesBytes)
        {
            return null;
        }

        if (await ReadAsync(cancellationToken) is { } tooLong)
        {
            return tooLong;
        }

        if (DeclaredHash is not { } declared)
        {
            return null;
        }

        var computed = ComputeHash();
        return string.Equals(computed, declared, StringComparison.OrdinalIgnoreCase)
            ? null
            : GlacierError.BodyNotAsSigned(computed, declared);
    }

    private async ValueTask<GlacierError?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_isRead)
        {
            var document = await SmallBody.ReadAsync(request, body, maxDocumentBytes, cancellationToken);
            if (document is null)
            {
                return RequestErrors.BodyTooLong(request.ContentLength, maxDocumentBytes);
            }

            Document = document.Value;
            _isRead = true;
        }

        return null;
    }

    private string ComputeHash()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Document.Span, digest);
        return Convert.ToHexStringLower(digest);
    }
}
