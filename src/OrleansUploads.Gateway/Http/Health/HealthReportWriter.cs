using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Http.Exchanges;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>Writes the health report: the name and the status of each check and no details, because anyone may read it.</summary>
internal static class HealthReportWriter
{
    private const string ContentType = "application/json";

    /// <summary>Writes <c>{"status":"Healthy","checks":{"name":"Healthy"}}</c>.</summary>
    public static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = ContentType;
        context.Response.Headers[RequestId.AmazonHeader] = RequestId.New();
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteString(name, entry.Status.ToString());
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
