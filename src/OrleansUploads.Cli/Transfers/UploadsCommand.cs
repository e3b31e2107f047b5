using System.Runtime.CompilerServices;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Cli.Transfers;

/// <summary>The <c>uploads</c> commands: list, show, resume and abort uploads in progress.</summary>
internal static class UploadsCommand
{
    /// <summary>The number of uploads in a list that show how much has arrived. Each costs a request, or several if it has many
    /// parts.</summary>
    private const int MostCounted = 100;

    public static Command Create() => new Command("uploads", "List, show, resume and abort uploads in progress.")
    {
        CreateList(),
        CreateShow(),
        CreateResume(),
        CreateAbort(),
    }.WithConnection();

    private static Argument<string> Id() =>
        new("upload-id") { Description = "The ID of the upload, or its beginning as 'uploads list' shows it." };

    private static async Task<string> FindAsync(Session session, string word, CancellationToken cancellationToken) =>
        (await FindAsync(session, [word], cancellationToken))[0];

    private static Task<IReadOnlyList<string>> FindAsync(
        Session session, IReadOnlyList<string> words, CancellationToken cancellationToken) => ShortId.FindAsync(
        words,
        Limits.UploadIdChars,
        session.Client.ListMultipartUploadsAsync(session.Vault, cancellationToken).Select(static upload => upload.UploadId),
        "upload",
        $"{ProgramName.Text} uploads list --vault {session.Vault}{session.ServerWords}",
        cancellationToken);

    private static Command CreateList()
    {
        var command = new Command("list", "List the uploads in progress, oldest first.") { RemoteCommand.Vault };
        return command.Run(async (_, session, cancellationToken) =>
        {
            await RequireVaultAsync(session, cancellationToken);
            var table = new Table("NAME", "BEGUN", "RECEIVED", "PARTS OF", "ID");
            await session.Printer.ListAsync(
                ListAsync(session, cancellationToken),
                listed => session.Printer.Row(
                    table,
                    new { listed.Upload.UploadId, listed.Upload.Description, listed.Upload.PartSizeBytes, listed.Upload.CreatedAt },
                    listed.Upload.UploadId,
                    ArchiveName.ShowOrHyphen(listed.Upload.Description),
                    TimeText.Format(listed.Upload.CreatedAt),
                    listed.ReceivedBytes is { } bytes ? ByteCount.Format(bytes) : "-",
                    ByteCount.Format(listed.Upload.PartSizeBytes),
                    ShortId.Of(listed.Upload.UploadId)),
                $"The vault {session.Vault} has no uploads in progress.",
                new OldestFirst<(MultipartUpload Upload, long? ReceivedBytes)>(
                    static listed => listed.Upload.CreatedAt, static listed => listed.Upload.Description ?? ""));
            table.Finish();
        });
    }

    /// <summary>The uploads of a vault, for people with the bytes that have arrived.</summary>
    private static async IAsyncEnumerable<(MultipartUpload Upload, long? ReceivedBytes)> ListAsync(
        Session session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = session.Printer is { IsJson: false, IsQuiet: false } ? MostCounted : 0;
        await foreach (var upload in session.Client.ListMultipartUploadsAsync(session.Vault, cancellationToken))
        {
            yield return (upload, left-- > 0 ? await CountReceivedAsync(session, upload.UploadId, cancellationToken) : null);
        }
    }

    /// <returns>Null if the upload has ended since it was listed.</returns>
    private static async Task<long?> CountReceivedAsync(Session session, string uploadId, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Client.ListPartsAsync(session.Vault, uploadId, cancellationToken)
                .Select(static part => part.Range.LengthBytes)
                .SumAsync(cancellationToken);
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.ResourceNotFound)
        {
            return null;
        }
    }

    /// <summary>Throws if the vault does not exist. It may be a bucket's name, whose uploads only S3 lists.</summary>
    private static async Task RequireVaultAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            await session.Client.DescribeVaultAsync(session.Vault, cancellationToken);
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.ResourceNotFound)
        {
            throw new GlacierException(
                refusal.Code,
                $"{refusal.Message}. List the vaults with '{ProgramName.Text} vault list'. If {session.Vault} is a bucket: "
                + $"aws s3api list-multipart-uploads --bucket {session.Vault} --endpoint-url {session.Endpoint}",
                refusal);
        }
    }

    private static Command CreateShow()
    {
        var id = Id();
        var command = new Command("show", "Show which ranges of an upload the server has.") { id, RemoteCommand.Vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var ranges = new List<ByteRange>();
            var count = 0;
            var uploadId = await FindAsync(session, parsed.GetRequiredValue(id), cancellationToken);
            var parts = session.Client.ListPartsAsync(session.Vault, uploadId, cancellationToken);
            await foreach (var part in parts)
            {
                count++;
                if (ranges is [.., var last] && last.EndExclusive == part.Range.Start)
                {
                    ranges[^1] = last with { EndExclusive = part.Range.EndExclusive };
                }
                else
                {
                    ranges.Add(part.Range);
                }
            }

            var bytes = ranges.Sum(range => range.LengthBytes);
            session.Printer.Result(
                new { uploadId, parts = count, bytes, ranges = ranges.Select(range => range.ToString()) },
                $"{Quantity.Format(count, "part")}, {ByteCount.Format(bytes)}"
                    + string.Concat(ranges.Select(range => $"\n  bytes {range}")));
        });
    }

    private static Command CreateResume()
    {
        var id = Id();
        var file = new FileArgument<string>("file") { Description = "The same file as before. '-' stands for standard input." };
        var workers = TransferOptions.Workers();
        var command = new Command("resume", "Continue an upload with the bytes that the server does not have.")
        {
            id, file, RemoteCommand.Vault, workers, RemoteCommand.Limit, RemoteCommand.RetryFor,
        };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var uploadId = await FindAsync(session, parsed.GetRequiredValue(id), cancellationToken);
            return await new UploadRun(session, new UploadChoice(parsed.GetValue(workers)))
                .ResumeAsync(uploadId, parsed.GetRequiredValue(file), cancellationToken);
        });
    }

    private static Command CreateAbort()
    {
        var ids = new Argument<string[]>("upload-id")
        {
            Description = "The IDs of the uploads, or their beginnings as 'uploads list' shows them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("abort", "Abort uploads. The server deletes their parts.") { ids, RemoteCommand.Vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            foreach (var id in await FindAsync(session, parsed.GetRequiredValue(ids), cancellationToken))
            {
                await session.Client.AbortMultipartUploadAsync(session.Vault, id, cancellationToken);
                session.Printer.Result(new { aborted = id }, $"Aborted {id}.");
            }
        });
    }
}
