using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>One run of boto3 through all operations, shared by many tests: first against an undamaged server, then against the
/// same folder with flipped bits in the journal.</summary>
public sealed class Boto3Operations : TestWithFolder
{
    private readonly Lazy<Task<ClientReport>> _report;

    public Boto3Operations() => _report = new Lazy<Task<ClientReport>>(RunAsync);

    public Task<ClientReport> ReportAsync() => _report.Value;

    private async Task<ClientReport> RunAsync()
    {
        var python = await InstalledClients.FindPythonWithBoto3Async();
        ClientReport undamagedReport;
        await using (var server = await ServerProcess.StartAsync(
            Folder.Data, "--max-vaults", "30", "--retrieval-delay", "bulk=12h"))
        {
            undamagedReport = await RunAsync(python, "boto3_operations.py", server);
            await server.StopAsync();
        }

        FlipBits(undamagedReport.Damage);
        await using var damaged = await ServerProcess.StartAsync(Folder.Data);
        var damagedReport = await RunAsync(python, "boto3_damaged.py", damaged);
        return undamagedReport with
        {
            Areas = undamagedReport.Areas.Concat(damagedReport.Areas).ToDictionary(),
            Errors = [.. undamagedReport.Errors, .. damagedReport.Errors],
        };
    }

    private Task<ClientReport> RunAsync(string python, string script, ServerProcess server) =>
        ClientReport.RunAsync(python, InstalledClients.PythonScript(script), server, Folder.Path);

    private void FlipBits(IEnumerable<string> texts)
    {
        var folder = new DataFolder(Folder.Data);
        foreach (var offset in texts.SelectMany(text => DataFolder.Find(folder.Journal, text)))
        {
            DataFolder.Flip(folder.Journal, offset);
        }
    }
}
