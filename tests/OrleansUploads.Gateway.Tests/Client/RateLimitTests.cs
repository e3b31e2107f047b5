using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class RateLimitTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly LeapingTime _time = new();
    private readonly FakeVault _vault;

    public RateLimitTests() => _vault = new FakeVault(_time);

    public void Dispose() => _vault.Dispose();

    [Fact]
    public async Task An_upload_takes_as_long_as_the_rate_demands()
    {
        using var client = Connections.To(_vault, _time, new RateLimit(MiB, _time));

        await new ArchiveUpload(client).UploadAsync("v", ByteSource.FromMemory(new byte[10 * MiB]));

        // The last chunk may be sent as soon as the ones before it would have been transferred.
        Assert.InRange(_time.Waited.TotalSeconds, 9.5, 10);
    }

    [Fact]
    public void A_rate_below_one_KiB_a_second_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateLimit(RateLimit.MinBytesPerSecond - 1));
}
