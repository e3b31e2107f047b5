using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Glacier.Answers;

namespace OrleansUploads.Gateway.Health;

/// <summary>Writes the health report: which checks there are and how each ended, and no more than that, as anybody may
/// read it.</summary>
internal static class HealthReportWriter
{
    /// <summary>Writes <c>{"status":"Healthy","checks":{"name":"Healthy"}}</c>.</summary>
    public static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = JsonBody.ContentType;
        context.Response.Headers[RequestId.Header] = RequestId.New();
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
