using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>Transfers of an archive to and from a vault that a test can make fail.</summary>
public abstract class FakeVaultTests : IDisposable
{
    private protected const int MiB = 1024 * 1024;

    private protected FakeVaultTests() => Client = Vault.Connect();

    private protected FakeVault Vault { get; } = new();

    private protected GlacierClient Client { get; }

    private protected TemporaryFile TheFile { get; } = new();

    private protected byte[] Archive { get; } = Some.Bytes((5 * MiB) + 123, seed: 1);

    public void Dispose()
    {
        Client.Dispose();
        Vault.Dispose();
        TheFile.Dispose();
    }

    private protected ArchiveUpload Upload(ArchiveUploadOptions? options = null) => new(Client, options);

    private protected ByteSource Source() => ByteSource.FromMemory(Archive);

    private protected void StoreParts(int partSizeBytes, params int[] starts)
    {
        Vault.PartSizeBytes = partSizeBytes;
        foreach (var start in starts)
        {
            Vault.Parts[start] = Archive[start..Math.Min(start + partSizeBytes, Archive.Length)];
        }
    }

    /// <summary>The ranges of the parts that were sent, in order.</summary>
    private protected IEnumerable<string?> SentRanges() =>
        Vault.Sent("PUT", FakeVault.UploadId).Select(request => request.Header("content-range")).Order(StringComparer.Ordinal);
}
