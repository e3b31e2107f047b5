namespace OrleansUploads.Gateway.Dashboard.Answers;

/// <summary>The request was carried out.</summary>
internal sealed class DoneAnswer : DashboardAnswer
{
    /// <inheritdoc/>
    public override int Status => StatusCodes.Status204NoContent;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        return Task.CompletedTask;
    }
}
