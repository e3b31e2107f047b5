using System.Security.Cryptography;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Authentication;

/// <summary>The body of a request as its signature covers it: by the SHA-256 that the request states, or else by the body's own
/// bytes.</summary>
/// <param name="isUpload">Whether the body is an upload's. This class never reads an upload's body.</param>
/// <param name="maxDocumentBytes">Maximum length of any other body.</param>
/// <param name="documents">Limits the bodies that are in memory at the same time.</param>
/// <param name="describe">Puts an error into the words of the request's protocol.</param>
internal sealed class RequestPayload(
    HttpExchange exchange, bool isUpload, int maxDocumentBytes, DocumentLimits documents, Func<HttpError, FrontError> describe)
{
    private bool _isRead;

    /// <summary>Whether the request may name a mode instead of a hash.</summary>
    public required bool AllowsModes { get; init; }

    /// <summary>Whether the signature is in the query.</summary>
    public required bool IsPresigned { get; init; }

    /// <summary>The body, if it is not an upload's and has been read.</summary>
    public ReadOnlyMemory<byte> Document { get; private set; }

    /// <summary>What stands for the body in the signature; set by <see cref="ResolveHashAsync"/>.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>How the signature covers the body. A request that does not say leaves it unsigned.</summary>
    public PayloadMode Mode =>
        StatedHash is { } stated && PayloadModes.TryParse(stated, out var mode) ? mode : PayloadMode.NotSigned;

    /// <summary>The signatures of the body's chunks, or null if they are not signed, or if the server does not verify
    /// signatures.</summary>
    public ChunkSignatures? Chunks { get; set; }

    private HttpRequest Request => exchange.Context.Request;

    private string? StatedHash => exchange.Header(PayloadModes.Header);

    /// <summary>Determines the hash that the signature covers. Reads the body only if the request does not state its
    /// hash. An upload may leave it out of the signature; its front then requires a signed length and another signed
    /// hash of the body.</summary>
    /// <returns>What is wrong, or null if there is a hash.</returns>
    /// <exception cref="FrontError">The body is too long, or too many others are in memory.</exception>
    public async ValueTask<HttpError?> ResolveHashAsync()
    {
        if (AllowsModes)
        {
            return ResolveMode();
        }

        if (isUpload || StatedHash is not null)
        {
            Hash = StatedHash ?? "";
            return StatedHash is not { } stated ? new HttpError.PayloadHashMissing()
                : LinearHash.TryParse(stated, out _) || (isUpload && stated == PayloadModes.NotSigned) ? null
                : new HttpError.PayloadHashMalformed(stated);
        }

        await ReadUnsignedAsync();
        Hash = Convert.ToHexStringLower(SHA256.HashData(Document.Span));
        return null;
    }

    /// <summary>Reads a body that is not an upload's into <see cref="Document"/>, and compares it with the stated hash. Does nothing if the
    /// body is an upload's.</summary>
    /// <exception cref="FrontError">The body is too long or has another hash, or too many others are in memory.</exception>
    public async ValueTask ReadDocumentAsync()
    {
        if (!isUpload)
        {
            await ReadUnsignedAsync();
            RequireHash(() => SHA256.HashData(Document.Span));
        }
    }

    /// <summary>Reads a body that no signature covers into <see cref="Document"/>.</summary>
    /// <exception cref="FrontError">The body is too long, or too many others are in memory.</exception>
    public async ValueTask ReadUnsignedAsync()
    {
        if (!_isRead)
        {
            using var document = await ReceiveAsync();
            Document = document.ToArray();
            _isRead = true;
        }
    }

    /// <summary>Reads a body that may be long, and compares it with the stated hash. <see cref="Document"/> stays empty.</summary>
    /// <returns>The document, to be disposed as soon as it has been parsed.</returns>
    /// <exception cref="FrontError">The body is too long or has another hash, or too many others are in memory.</exception>
    public async ValueTask<ReceivedDocument> OpenDocumentAsync()
    {
        var document = await ReceiveAsync();
        try
        {
            RequireHash(() => SHA256.HashData(document.OpenRead()));
            return document;
        }
        catch (FrontError)
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>Compares the hash of the document with the stated one, if the request states one.</summary>
    private void RequireHash(Func<byte[]> computeHash)
    {
        if (StatedHash is not { } stated || (AllowsModes && Mode != PayloadMode.Hashed))
        {
            return;
        }

        var computed = Convert.ToHexStringLower(computeHash());
        if (!string.Equals(computed, stated, StringComparison.OrdinalIgnoreCase))
        {
            throw describe(new HttpError.PayloadHashDiffers(computed, stated));
        }
    }

    /// <summary>A mode stands for itself in the signature. Only uploads may be aws-chunked. A signature in the query does not cover the body
    /// unless the request says so.</summary>
    private HttpError? ResolveMode()
    {
        Hash = StatedHash ?? PayloadModes.NotSigned;
        return StatedHash is not { } stated ? (IsPresigned ? null : new HttpError.PayloadHashMissing())
            : !PayloadModes.TryParse(stated, out var mode) || (mode.IsChunked() && !isUpload)
                ? new HttpError.PayloadHashMalformed(stated)
                : null;
    }

    private async ValueTask<ReceivedDocument> ReceiveAsync()
    {
        if (exchange.HasNoBody)
        {
            return ReceivedDocument.Empty;
        }

        var sender = exchange.Account is { } account ? TrafficSource.Of(account) : TrafficSource.Of(exchange.ClientAddress);
        if (Request.ContentLength > maxDocumentBytes)
        {
            throw TooLong();
        }

        var place = documents.For(Request.ContentLength, maxDocumentBytes).TryTake(sender, exchange.Received.CancelRead)
            ?? throw describe(new HttpError.Throttled(ThrottleCause.Documents));
        return await ReceivedDocument.ReadAsync(exchange.Received, maxDocumentBytes, place, exchange.Aborted) ?? throw TooLong();
    }

    private FrontError TooLong() => describe(new HttpError.BodyTooLong(Request.ContentLength, maxDocumentBytes));
}
