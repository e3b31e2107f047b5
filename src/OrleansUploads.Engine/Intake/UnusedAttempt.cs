using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Intake;

/// <summary>Deletes bytes that their upload has refused. If that fails, the collector does it later, and the caller still gets the answer
/// of the upload.</summary>
internal static class UnusedAttempt
{
    /// <summary>Deletes an attempt.</summary>
    public static ValueTask DeleteAsync(IPartStore parts, UploadId upload, AttemptId attempt) =>
        IgnoreFailureAsync(() => parts.DeleteAttemptAsync(upload, attempt, CancellationToken.None));

    /// <summary>Deletes all attempts of an upload.</summary>
    public static ValueTask DeleteAllAsync(IPartStore parts, UploadId upload) =>
        IgnoreFailureAsync(() => parts.DeleteUploadAsync(upload, CancellationToken.None));

    private static async ValueTask IgnoreFailureAsync(Func<ValueTask> delete)
    {
        try
        {
            await delete();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PartStoreUnavailableException)
        {
        }
    }
}
