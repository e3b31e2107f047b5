using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Intake;

/// <summary>Deletes an attempt that its upload has refused.</summary>
internal static class UnusedAttempt
{
    /// <summary>Deletes the attempt. If that fails, the collector does it later, and the caller still gets the answer of the upload.</summary>
    public static async ValueTask DeleteAsync(IPartStore parts, UploadId upload, AttemptId attempt)
    {
        try
        {
            await parts.DeleteAttemptAsync(upload, attempt, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PartStoreUnavailableException)
        {
        }
    }
}
