using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.TestKit;

namespace OrleansUploads.Gateway.Tests.Credentials;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keys-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_mounted_secret_that_is_replaced_is_noticed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Secrets are mounted like this on Linux.");

        // As Kubernetes does it: the file is a link through a link, and only the inner one is replaced.
        Write("version-1", "AKIAFIRST00000000000", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Write("version-2", "AKIASECOND0000000000", new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "current"), "version-1");
        File.CreateSymbolicLink(Path.Combine(_folder, "keys.json"), "current/keys.json");
        var store = new KeyFileCredentialStore(
            KeyFile.InFolder(_folder), null, _time, NullLogger<KeyFileCredentialStore>.Instance);
        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));

        Directory.Delete(Path.Combine(_folder, "current"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "current"), "version-2");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.FindAsync("AKIASECOND0000000000", default));
        Assert.Null(await store.FindAsync("AKIAFIRST00000000000", default));
    }

    private void Write(string version, string accessKeyId, DateTime changedAt)
    {
        var file = KeyFile.InFolder(Path.Combine(_folder, version));
        file.Change(_ => [KeyPair.Create("000000000001", Some.Noon) with { AccessKeyId = accessKeyId }]);
        File.SetLastWriteTimeUtc(file.Path, changedAt);
    }
}
