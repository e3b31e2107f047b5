using OrleansUploads.Cli.Archives;

namespace OrleansUploads.Cli.Transfers;

/// <summary>The <c>uploads</c> commands: list, show, resume and abort uploads in progress.</summary>
internal static class UploadsCommand
{
    public static Command Create() => new Command("uploads", "List, show, resume and abort uploads in progress.")
    {
        CreateList(),
        CreateShow(),
        CreateResume(),
        CreateAbort(),
    }.WithConnection();

    private static Argument<string> Id() => new("upload-id") { Description = "The ID of the upload." };

    private static Command CreateList()
    {
        var command = new Command("list", "List the uploads in progress, oldest first.") { RemoteCommand.Vault };
        return command.Run(async (_, session, cancellationToken) =>
        {
            await RequireVaultAsync(session, cancellationToken);
            await session.Printer.ListAsync(
                session.Client.ListMultipartUploadsAsync(session.Vault, cancellationToken),
                upload => session.Printer.Result(
                    new { upload.UploadId, upload.Description, upload.PartSizeBytes, upload.CreatedAt },
                    $"{upload.UploadId}  {TimeText.Format(upload.CreatedAt)}  parts of {ByteCount.Format(upload.PartSizeBytes)}  "
                        + ArchiveName.Show(upload.Description),
                    upload.UploadId),
                $"The vault {session.Vault} has no uploads in progress.",
                new OldestFirst<MultipartUpload>(static upload => upload.CreatedAt, static upload => upload.Description ?? ""));
        });
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
            var parts = session.Client.ListPartsAsync(session.Vault, parsed.GetRequiredValue(id), cancellationToken);
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
                new { uploadId = parsed.GetValue(id), parts = count, bytes, ranges = ranges.Select(range => range.ToString()) },
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
        return command.Run((parsed, session, cancellationToken) =>
            new UploadRun(session, new UploadChoice(parsed.GetValue(workers)))
                .ResumeAsync(parsed.GetRequiredValue(id), parsed.GetRequiredValue(file), cancellationToken));
    }

    private static Command CreateAbort()
    {
        var ids = new Argument<string[]>("upload-id") { Description = "The IDs of the uploads.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("abort", "Abort uploads. The server deletes their parts.") { ids, RemoteCommand.Vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            foreach (var id in parsed.GetRequiredValue(ids))
            {
                await session.Client.AbortMultipartUploadAsync(session.Vault, id, cancellationToken);
                session.Printer.Result(new { aborted = id }, $"Aborted {id}.");
            }
        });
    }
}
