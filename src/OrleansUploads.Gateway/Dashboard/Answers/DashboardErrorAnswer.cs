using System.Text.Json;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Dashboard.Answers;

/// <summary>An error with its JSON document.</summary>
internal sealed class DashboardErrorAnswer(FrontError error)
    : JsonAnswer(JsonSerializer.SerializeToUtf8Bytes(new ErrorDocument(error.Code, error.Message), DashboardJson.Default.ErrorDocument))
{
    /// <inheritdoc/>
    public override int Status => error.Status;

    /// <inheritdoc/>
    public override FrontError Error => error;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        if (error.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return base.WriteAsync(response, body, cancellationToken);
    }
}
