using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Gateway.S3;

internal static class ObjectRestores
{
    /// <summary>Makes an archived object readable for some days: 202 if a restore begins, 200 if the object was readable
    /// already.</summary>
    public static async ValueTask<FrontAnswer> RestoreAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var document = await RequestDocument.ReadAsync(call, RestoreDocument.Parse);
        if (document.Unsupported is { } feature)
        {
            throw S3Error.NotImplemented(feature);
        }

        var (_, outcome, isOfRepetition) = await call.Paths.CurrentObject.AskTrackedAsync(
            name, new RestoreObject(name, document.Days, document.Tier), call.Aborted);
        if (!outcome.TryGet(out var accepted, out var refusal))
        {
            // The first command or another client's has begun the restore. Either way, it is in progress.
            return isOfRepetition && refusal is ObjectRefusal.RestoreInProgress
                ? new FrontAnswer(StatusCodes.Status202Accepted)
                : throw call.ErrorOf(refusal);
        }

        return new FrontAnswer(accepted.WasReadable ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    /// <summary>The header that tells whether an archived object can be read.</summary>
    public static string Header(RestoreStatus status) => status.ReadableUntil is { } until
        ? $"ongoing-request=\"false\", expiry-date=\"{S3Date.ToHeader(until)}\""
        : "ongoing-request=\"true\"";
}
