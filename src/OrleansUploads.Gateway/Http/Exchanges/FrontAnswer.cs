namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>A response that has not been written yet.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="headers">Headers. One without a value is left out.</param>
internal class FrontAnswer(int status, params IReadOnlyList<(string Name, string? Value)> headers)
{
    /// <summary>The media type of JSON documents. It has no charset, because some clients compare it for equality.</summary>
    public const string JsonType = "application/json";

    public int Status => status;

    /// <summary>The error, or null for a success.</summary>
    public FrontError? Error { get; init; }

    /// <summary>The type of the document, or null for a response without one.</summary>
    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>200 with headers.</summary>
    public static FrontAnswer Ok(params IReadOnlyList<(string Name, string? Value)> headers) => new(StatusCodes.Status200OK, headers);

    /// <summary>200 with a JSON document.</summary>
    public static FrontAnswer OfJson(ReadOnlyMemory<byte> document) =>
        new(StatusCodes.Status200OK) { ContentType = JsonType, Document = document };

    /// <summary>201: a resource was created.</summary>
    public static FrontAnswer Created(params IReadOnlyList<(string Name, string? Value)> headers) =>
        new(StatusCodes.Status201Created, headers);

    /// <summary>202: work was accepted and goes on.</summary>
    public static FrontAnswer Accepted(params IReadOnlyList<(string Name, string? Value)> headers) =>
        new(StatusCodes.Status202Accepted, headers);

    /// <summary>204: the request was carried out.</summary>
    public static FrontAnswer NoContent(params IReadOnlyList<(string Name, string? Value)> headers) =>
        new(StatusCodes.Status204NoContent, headers);

    /// <summary>Writes status, headers and body.</summary>
    /// <param name="response">Receives status and headers.</param>
    /// <param name="body">Receives the body; it is the response's body, counted.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    public Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                response.Headers[name] = value;
            }
        }

        if (Error?.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return WriteBodyAsync(response, body, cancellationToken);
    }

    /// <summary>Writes the body and the headers that describe it.</summary>
    protected virtual async Task WriteBodyAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        if (ContentType is not null)
        {
            response.ContentType = ContentType;
            response.ContentLength = Document.Length;
            await body.WriteAsync(Document, cancellationToken);
        }
        else if (Error is null && Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            // A 204 or 304 response must not have a Content-Length, and an error without a document answers a HEAD request.
            response.ContentLength = 0;
        }
    }
}

/// <summary>A response with stored bytes. Clients have chosen them and their type, so a browser must not trust them: it runs no script in
/// them, gives them no access to this origin, and does not guess a type. The dashboard has the same origin, unless it has its own
/// address.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="copy">Copies the bytes, or null for the headers only. The headers are sent with the first verified bytes, so damage that
/// is found before them still leads to an error document.</param>
/// <param name="headers">Headers. One without a value is left out.</param>
internal sealed class StoredAnswer(
    int status,
    long lengthBytes,
    Func<Stream, CancellationToken, ValueTask>? copy,
    params IReadOnlyList<(string Name, string? Value)> headers) : FrontAnswer(status, headers)
{
    protected override async Task WriteBodyAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.Headers.ContentSecurityPolicy = "sandbox";
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = lengthBytes;
        if (copy is not null)
        {
            await copy(body, cancellationToken);
        }
    }
}

/// <summary>An error in the words of a front's protocol. What reads a request or translates a refusal throws it, and the dispatcher answers
/// it. Checks that must refuse many requests at little cost return it, or an <see cref="HttpError"/>, because an exception costs as much as
/// the rest of such a request.</summary>
/// <param name="status">The HTTP status, 400 to 599.</param>
/// <param name="code">The protocol's error code.</param>
/// <param name="message">What is wrong, the offending value, and what to do.</param>
internal class FrontError(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    /// <summary>How long the client should wait before it tries again, or null if unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The response with the protocol's document; without one if no protocol says otherwise.</summary>
    public virtual FrontAnswer ToAnswer(HttpExchange exchange) => new(status) { Error = this };
}
