using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <content>How an upload stands.</content>
public sealed partial class UploadDecider
{
    private static Decision<UploadEvent> Summarize(UploadState state, SummarizeUpload command) => state switch
    {
        UploadState.Open open when open.Opening.Vault.Id == command.Vault => Reply(new UploadSummary(
            open.Opening, UploadPhase.Open, open.Parts.Count, BytesOf(open.Parts), Archive: null)),
        UploadState.Completed done when done.Opening.Vault.Id == command.Vault => Reply(new UploadSummary(
            done.Opening,
            UploadPhase.Completed,
            Parts: 0,
            done.SizeBytes,
            new CompletedArchive(done.Archive, command.Vault, done.SizeBytes, done.TreeHash))),
        UploadState.Ended ended when ended.Opening.Vault.Id == command.Vault => Reply(new UploadSummary(
            ended.Opening, ended.Aborted ? UploadPhase.Aborted : UploadPhase.Expired, Parts: 0, ReportedBytes: 0, Archive: null)),
        _ => Refuse(NotFound),
    };

    private static long BytesOf(PartMap parts)
    {
        var bytes = 0L;
        foreach (var (_, part) in parts.From(0))
        {
            bytes += part.LengthBytes;
        }

        return bytes;
    }
}
