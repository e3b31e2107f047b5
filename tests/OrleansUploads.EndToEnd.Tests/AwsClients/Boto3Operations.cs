using OrleansUploads.EndToEnd.Tests.Damage;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>One run of boto3 through everything, for many tests: first over a server that works, then over the same
/// folder with bits of the journal flipped.</summary>
public sealed class Boto3Operations : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<ClientReport>> _report;

    public Boto3Operations() => _report = new Lazy<Task<ClientReport>>(RunAsync);

    /// <summary>What came of it; the first who asks starts it.</summary>
    public Task<ClientReport> ReportAsync() => _report.Value;

    public void Dispose() => _folder.Dispose();

    private async Task<ClientReport> RunAsync()
    {
        var python = await InstalledClients.FindPythonWithBoto3Async();
        ClientReport whole;
        await using (var server = await ServerProcess.StartAsync(
            _folder.Data, "--max-vaults", "30", "--retrieval-delay", "bulk=12h"))
        {
            whole = await RunAsync(python, "boto3_operations.py", server);
            await server.StopAsync();
        }

        FlipBits(whole.Damage);
        await using var damaged = await ServerProcess.StartAsync(_folder.Data);
        var rest = await RunAsync(python, "boto3_damaged.py", damaged);
        return whole with
        {
            Areas = whole.Areas.Concat(rest.Areas).ToDictionary(),
            Errors = [.. whole.Errors, .. rest.Errors],
        };
    }

    private Task<ClientReport> RunAsync(string python, string script, ServerProcess server) =>
        ClientReport.RunAsync(python, InstalledClients.PythonScript(script), server, _folder.Path);

    private void FlipBits(IEnumerable<string> texts)
    {
        var folder = new DataFolder(_folder.Data);
        foreach (var offset in texts.SelectMany(text => DataFolder.Find(folder.Journal, text)))
        {
            DataFolder.Flip(folder.Journal, offset);
        }
    }
}
