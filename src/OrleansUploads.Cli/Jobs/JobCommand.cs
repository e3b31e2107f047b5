namespace OrleansUploads.Cli.Jobs;

/// <summary>The <c>job</c> commands: list, show and wait for the jobs of a vault.</summary>
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
        var vault = CommonOptions.Vault();
        var command = new Command("list", "List the jobs of a vault, oldest first.") { vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(vault);
            await session.Printer.ListAsync(
                session.Connection.Client.ListJobsAsync(name, cancellationToken),
                job => Print(session.Printer, job),
                $"The vault {name} has no jobs.",
                new OldestFirst<Job>(static job => job.CreatedAt, static job => job.JobId));
        });
    }

    private static Command CreateShow()
    {
        var vault = CommonOptions.Vault();
        var id = Id();
        var command = new Command("show", "Show a job.") { id, vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            Print(session.Printer, await session.Connection.Client.DescribeJobAsync(
                parsed.GetRequiredValue(vault), parsed.GetRequiredValue(id), cancellationToken));
        });
    }

    private static Command CreateWait()
    {
        var vault = CommonOptions.Vault();
        var id = Id();
        var command = new Command("wait", "Wait until a job has ended.") { id, vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var (name, job) = (parsed.GetRequiredValue(vault), parsed.GetRequiredValue(id));
            await session.Connection.Client.DescribeJobAsync(name, job, cancellationToken);
            var wait = new JobWait(session.Connection.Transfers, session.Printer, TimeProvider.System);
            Print(session.Printer, await wait.RunAsync(name, job, cancellationToken));
        });
    }

    private static Argument<string> Id() => new("job-id") { Description = "The ID of the job." };

    private static void Print(Printer printer, Job job) => printer.Result(
        new
        {
            job.JobId,
            job.Action,
            status = job.Status.ToString(),
            job.ArchiveId,
            job.CreatedAt,
            job.CompletedAt,
            job.Description,
            sizeBytes = job.RetrievalRange?.LengthBytes ?? job.InventorySizeBytes,
        },
        $"{job.JobId}  {job.Action}  {job.Status}  {TimeText.Format(job.CreatedAt)}"
            + (job.ArchiveId is { } archive ? $"  archive {archive}" : ""),
        job.JobId);
}
