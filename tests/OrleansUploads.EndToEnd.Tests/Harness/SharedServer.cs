[assembly: AssemblyFixture(typeof(SharedServer))]

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>One server with many accounts, for tests that only add to it. It is started when a test first needs it.</summary>
public sealed class SharedServer : IAsyncDisposable
{
    private const int Accounts = 200;

    private static readonly TemporaryFolder Folder = new();
    private static readonly Lazy<Task<ServerProcess>> Started = new(StartAsync);

    private static int _entered;

    /// <summary>Returns an account that no other caller has.</summary>
    /// <returns>The server, and the access key ID of the account. Its secret is <see cref="CommandLine.SecretAccessKey"/>.</returns>
    public static async Task<(ServerProcess Server, string AccessKeyId)> EnterAsync()
    {
        var number = Interlocked.Increment(ref _entered);
        Assert.InRange(number, 1, Accounts);
        return (await Started.Value, KeyOf(number));
    }

    public async ValueTask DisposeAsync()
    {
        if (Started.IsValueCreated)
        {
            await (await Started.Value).DisposeAsync();
        }

        Folder.Dispose();
    }

    private static string KeyOf(int number) => FormattableString.Invariant($"OUSHARED{number:000}");

    private static async Task<ServerProcess> StartAsync()
    {
        Directory.CreateDirectory(Folder.Data);
        var keys = Enumerable.Range(1, Accounts).Select(static number => new
        {
            accessKeyId = KeyOf(number),
            secretAccessKey = CommandLine.SecretAccessKey,
            account = $"{100_000_000_000 + number}",
            createdAt = "2026-01-01T00:00:00Z",
        });
        await File.WriteAllTextAsync(Path.Combine(Folder.Data, "keys.json"), JsonSerializer.Serialize(new { keys }));
        return await ServerProcess.StartAsync(Folder.Data, "--quiet");
    }
}
