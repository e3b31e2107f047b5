using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Dashboard;

/// <summary>Sends an object for a browser to save as a file.</summary>
internal static class ObjectDownload
{
    /// <summary>Answers with the bytes. The object's type and other headers come from the client that stored it, so headers that would
    /// make a browser show the bytes are left out.</summary>
    public static async ValueTask<FrontAnswer> AnswerAsync(DashboardCall call, string bucket)
    {
        if (await call.Services.AdmitAsync(call.Exchange, call.Account, SpaceUse.None, Transfer.Sends) is { } throttled)
        {
            return DashboardAnswer.OfError(GlacierHttpErrors.Describe(throttled));
        }

        var answer = await ObjectReads.ReadAsync(call.RequestBucket(bucket));
        if (answer.Error is { } error)
        {
            return DashboardAnswer.OfError(error);
        }

        // The headers of the object are written into the response after this.
        var response = call.Exchange.Context.Response;
        var name = call.Query.FirstValue("key") ?? "";
        response.OnStarting(() =>
        {
            response.Headers.ContentType = "application/octet-stream";
            response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name[(name.LastIndexOf('/') + 1)..])}";
            response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return answer;
    }
}
