namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>A success without a body.</summary>
internal sealed class EmptyAnswer(int status, params (string Name, string? Value)[] headers) : S3Answer
{
    /// <inheritdoc/>
    public override int Status => status;

    /// <summary>200 with headers. A header without a value is left out.</summary>
    public static EmptyAnswer Ok(params (string Name, string? Value)[] headers) => new(StatusCodes.Status200OK, headers);

    /// <summary>204.</summary>
    public static EmptyAnswer NoContent() => new(StatusCodes.Status204NoContent);

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                response.Headers[name] = value;
            }
        }

        // A 204 or 304 response must not have a Content-Length.
        response.ContentLength = Status is StatusCodes.Status200OK or StatusCodes.Status202Accepted ? 0 : null;
        return Task.CompletedTask;
    }
}
