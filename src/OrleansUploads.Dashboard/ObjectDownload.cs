using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Dashboard;

/// <summary>Sends stored bytes for a browser to save as a file.</summary>
internal static class ObjectDownload
{
    /// <summary>Sends an object.</summary>
    public static ValueTask<FrontAnswer> AnswerAsync(DashboardCall call, string bucket) =>
        call.SaveAsync(() => ObjectReads.ReadAsync(call.RequestBucket(bucket)), call.Query.FirstValue("key") ?? "");

    /// <summary>Answers with stored bytes. Their type and other headers come from the client that stored them, so headers that would make a
    /// browser show the bytes are left out.</summary>
    /// <param name="read">Opens the bytes.</param>
    /// <param name="name">What the file is called, after its last slash, or null if the page says it.</param>
    public static async ValueTask<FrontAnswer> SaveAsync(this DashboardCall call, Func<ValueTask<FrontAnswer>> read, string? name)
    {
        if (await call.Services.AdmitAsync(call.Exchange, call.Account, SpaceUse.None, Transfer.Sends) is { } throttled)
        {
            return DashboardAnswer.OfError(DashboardErrors.Describe(throttled));
        }

        var answer = await read();
        if (answer.Error is { } error)
        {
            return DashboardAnswer.OfError(error);
        }

        // The headers of what is stored are written into the response after this.
        var response = call.Exchange.Context.Response;
        response.OnStarting(() =>
        {
            response.Headers.ContentType = "application/octet-stream";
            response.Headers.ContentDisposition = name is null ? "attachment"
                : $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name[(name.LastIndexOf('/') + 1)..])}";
            response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return answer;
    }
}
