using OrleansUploads.Core.Values;

namespace OrleansUploads.Cli.Jobs;

/// <summary><c>job</c>: list, show and wait for the jobs of a vault.</summary>
internal static class JobCommand
{
    public static Command Create() => new Command("job", "List, show and wait for the jobs of a vault.")
    {
        CreateList(),
        CreateShow(),
        CreateWait(),
    }.WithConnection();

    private static Command CreateList()
    {
        var command = new Command("list", "List the jobs of a vault, oldest first.") { RemoteCommand.Vault };
        return command.Run(async (_, session, cancellationToken) =>
        {
            var table = new Table("ACTION", "STATUS", "CREATED", "ARCHIVE", "ID");
            await session.Printer.ListAsync(
                session.Client.ListJobsAsync(session.Vault, cancellationToken),
                job => session.Printer.Row(
                    table,
                    Document(job),
                    job.JobId,
                    job.Action,
                    job.Status.ToString(),
                    TimeText.Format(job.CreatedAt),
                    job.ArchiveId is { } archive ? ShortId.Of(archive) : "-",
                    ShortId.Of(job.JobId)),
                $"The vault {session.Vault} has no jobs.",
                new OldestFirst<Job>(static job => job.CreatedAt, static job => job.JobId));
            table.Finish();
        });
    }

    private static Command CreateShow()
    {
        var id = Id();
        var command = new Command("show", "Show a job.") { id, RemoteCommand.Vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var job = await FindAsync(session, parsed.GetRequiredValue(id), cancellationToken);
            Print(session.Printer, await session.Client.DescribeJobAsync(session.Vault, job, cancellationToken));
        });
    }

    private static Command CreateWait()
    {
        var id = Id();
        var command = new Command("wait", "Wait until a job has ended.") { id, RemoteCommand.Vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var job = await FindAsync(session, parsed.GetRequiredValue(id), cancellationToken);
            await session.Client.DescribeJobAsync(session.Vault, job, cancellationToken);
            var wait = new JobWait(session.Transfers, session.Printer, TimeProvider.System);
            Print(session.Printer, await wait.RunAsync(session.Vault, job, cancellationToken));
        });
    }

    private static Argument<string> Id() => new("job-id") { Description = "The ID of the job, or its beginning as 'job list' shows it." };

    private static async Task<string> FindAsync(Session session, string word, CancellationToken cancellationToken) => (await ShortId.FindAsync(
        [word],
        Limits.JobIdChars,
        session.Client.ListJobsAsync(session.Vault, cancellationToken).Select(static job => job.JobId),
        "job",
        $"{ProgramName.Text} job list --vault {session.Vault}{session.ServerWords}",
        cancellationToken))[0];

    private static object Document(Job job) => new
    {
        job.JobId,
        job.Action,
        status = job.Status.ToString(),
        job.ArchiveId,
        job.CreatedAt,
        job.CompletedAt,
        job.Description,
        sizeBytes = job.RetrievalRange?.LengthBytes ?? job.InventorySizeBytes,
    };

    private static void Print(Printer printer, Job job) => printer.Result(
        Document(job),
        $"{job.JobId}  {job.Action}  {job.Status}  {TimeText.Format(job.CreatedAt)}"
            + (job.ArchiveId is { } archive ? $"  archive {archive}" : ""),
        job.JobId);
}
