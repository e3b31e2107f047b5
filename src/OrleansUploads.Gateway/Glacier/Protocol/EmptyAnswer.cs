namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>A success without a body.</summary>
internal sealed class EmptyAnswer : GlacierAnswer
{
    private readonly (string Name, string Value)[] _headers;

    private EmptyAnswer(int status, params (string Name, string Value)[] headers)
    {
        Status = status;
        _headers = headers;
    }

    /// <inheritdoc/>
    public override int Status { get; }

    /// <summary>201: a resource was created.</summary>
    public static EmptyAnswer Created(params (string Name, string Value)[] headers) =>
        new(StatusCodes.Status201Created, headers);

    /// <summary>202: a job was accepted.</summary>
    public static EmptyAnswer Accepted(params (string Name, string Value)[] headers) =>
        new(StatusCodes.Status202Accepted, headers);

    /// <summary>204: the request was carried out.</summary>
    public static EmptyAnswer NoContent(params (string Name, string Value)[] headers) =>
        new(StatusCodes.Status204NoContent, headers);

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in _headers)
        {
            response.Headers[name] = value;
        }

        // A 204 response must not have a Content-Length.
        response.ContentLength = Status == StatusCodes.Status204NoContent ? null : 0;
        return Task.CompletedTask;
    }
}
