namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>A response that has not been written yet.</summary>
internal abstract class FrontAnswer
{
    /// <summary>The HTTP status.</summary>
    public abstract int Status { get; }

    /// <summary>The error, or null for a success.</summary>
    public virtual FrontError? Error => null;

    /// <summary>Writes status, headers and body.</summary>
    /// <param name="response">Receives status and headers.</param>
    /// <param name="body">Receives the body; it is the response's body, counted.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    public abstract Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken);
}

/// <summary>A success without a body.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="headers">Headers. One without a value is left out.</param>
internal sealed class EmptyAnswer(int status, params (string Name, string? Value)[] headers) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => status;

    /// <summary>200 with headers.</summary>
    public static EmptyAnswer Ok(params (string Name, string? Value)[] headers) => new(StatusCodes.Status200OK, headers);

    /// <summary>201: a resource was created.</summary>
    public static EmptyAnswer Created(params (string Name, string? Value)[] headers) => new(StatusCodes.Status201Created, headers);

    /// <summary>202: work was accepted and goes on.</summary>
    public static EmptyAnswer Accepted(params (string Name, string? Value)[] headers) => new(StatusCodes.Status202Accepted, headers);

    /// <summary>204: the request was carried out.</summary>
    public static EmptyAnswer NoContent(params (string Name, string? Value)[] headers) => new(StatusCodes.Status204NoContent, headers);

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.SetHeaders(headers);

        // A 204 or 304 response must not have a Content-Length.
        response.ContentLength = Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified ? null : 0;
        return Task.CompletedTask;
    }
}

/// <summary>What answers of several protocols write.</summary>
internal static class Responses
{
    /// <summary>Tells the client when to try again, if that is known.</summary>
    public static void SetRetryAfter(this HttpResponse response, FrontError error)
    {
        if (error.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Writes status, headers and a document.</summary>
    public static async Task WriteDocumentAsync(
        this HttpResponse response, Stream body, int status, string contentType, byte[] document, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = document.Length;
        await body.WriteAsync(document, cancellationToken);
    }

    /// <summary>Sets the headers that have a value.</summary>
    public static void SetHeaders(this HttpResponse response, (string Name, string? Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                response.Headers[name] = value;
            }
        }
    }
}
