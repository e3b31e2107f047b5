namespace OrleansUploads.Gateway.Dashboard.Answers;

/// <summary>Sends the browser to another path.</summary>
internal sealed class RedirectAnswer(string location) : DashboardAnswer
{
    /// <inheritdoc/>
    public override int Status => StatusCodes.Status308PermanentRedirect;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.Headers.Location = location;
        response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
