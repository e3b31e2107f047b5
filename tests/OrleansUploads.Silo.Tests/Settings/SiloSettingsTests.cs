using System.Net;
using Microsoft.Extensions.Configuration;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Settings;

public sealed class SiloSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_not_set_has_its_default()
    {
        var settings = Read();
        Assert.Equal(ProcessRole.Silo, settings.Role);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 9400), settings.Listen);
        Assert.Equal(TimeSpan.FromDays(7), settings.Cluster.Uploads.StaleAfter);
        Assert.Equal(TimeSpan.FromHours(24), settings.Cluster.Maintenance.AttemptGrace);
        Assert.Null(settings.ShedLoadAtCpuPercent);
    }

    [Theory]
    [InlineData("Clustering", "zookeeper", "one of azure, postgres, localhost")]
    [InlineData("Role", "leader", "one of silo, gateway")]
    [InlineData("SiloPort", "70000", "from 1 to 65535")]
    [InlineData("ClientPort", "0", "from 1 to 65535")]
    [InlineData("Listen", "9400", "an address and a port")]
    [InlineData("Account", "12", "12 digits")]
    [InlineData("StaleAfter", "1h", "at least 86400s")]
    [InlineData("CollectGrace", "soon", "a duration such as")]
    [InlineData("MissedProbes", "0", "from 1 to 20")]
    [InlineData("ProbeTimeout", "0", "at least 1s")]
    [InlineData("ShedLoadAtCpuPercent", "101", "from 1 to 100")]
    [InlineData("RetrievalDelay", "soon", "3h for all tiers")]
    [InlineData("Inventory", "weekly", "one of current, daily")]
    [InlineData("MaxVaults", "0", "from 1 to")]
    [InlineData("AdvertisedAddress", "0.0.0.0", "not all of them")]
    [InlineData("AdvertisedAddress", "no-such-host.invalid", "no address that other silos could reach")]
    public void What_is_impossible_is_named_with_what_it_has_to_be(string name, string value, string wanted)
    {
        var fault = Assert.Throws<SettingException>(() => Read((name, value)));
        Assert.StartsWith($"OrleansUploads__{name} is '{value}'", fault.Message, StringComparison.Ordinal);
        Assert.Contains(wanted, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionString")]
    [InlineData("PartsFolder")]
    [InlineData("SecretAccessKey")]
    [InlineData("AccessKeyId")]
    public void What_is_missing_is_named(string name)
    {
        var fault = Assert.Throws<SettingException>(() => Read((name, null)));
        Assert.Contains($"OrleansUploads__{name}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Conectionstring")]
    [InlineData("PartsFolder_FILE")]
    public void What_is_no_setting_is_refused_and_those_that_there_are_are_told(string name)
    {
        var fault = Assert.Throws<SettingException>(() => Read((name, "x")));
        Assert.StartsWith($"OrleansUploads__{name} is no setting.", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionString, ConnectionString_FILE", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topics_are_told_apart_by_blanks_and_a_wrong_one_is_named()
    {
        const string Topic = "arn:aws:sns:us-east-1:111122223333:";
        var settings = Read(("Notify", $"{Topic}a=https://a.test/x  {Topic}b=https://b.test/"));
        Assert.Equal(2, settings.Receivers.ByTopic.Count);
        var fault = Assert.Throws<SettingException>(() => Read(("Notify", "nowhere")));
        Assert.StartsWith("OrleansUploads__Notify: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_may_be_in_a_file()
    {
        File.WriteAllText(_folder.File("secret"), "Host=db\n");
        var settings = Read(("ConnectionString", null), ("ConnectionString_FILE", _folder.File("secret")));
        Assert.Equal("Host=db", settings.ConnectionString);
    }

    [Fact]
    public void A_secret_in_two_places_is_refused()
    {
        var fault = Assert.Throws<SettingException>(() => Read(("ConnectionString_FILE", _folder.File("secret"))));
        Assert.Contains("both set", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_file_that_is_not_there_is_named()
    {
        var fault = Assert.Throws<SettingException>(
            () => Read(("ConnectionString", null), ("ConnectionString_FILE", _folder.File("nowhere"))));
        Assert.Contains("OrleansUploads__ConnectionString_FILE", fault.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_in_memory_is_not_put_beside_bytes_that_last()
    {
        var fault = Assert.Throws<SettingException>(() => Read(("Clustering", "localhost")));
        Assert.Contains("OrleansUploads__PartsFolder", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_alone_needs_a_cluster()
    {
        var fault = Assert.Throws<SettingException>(
            () => Read(("Clustering", "localhost"), ("PartsFolder", null), ("Role", "gateway")));
        Assert.Contains("needs a cluster", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_key_pair_nobody_could_sign_and_nothing_starts()
    {
        var fault = Assert.Throws<SettingException>(() => Read(("AccessKeyId", null), ("SecretAccessKey", null)));
        Assert.Contains("OrleansUploads__KeysFile", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads settings that are fine but for some changes.</summary>
    private static SiloSettings Read(params (string Name, string? Value)[] changes)
    {
        var values = new Dictionary<string, string?>
        {
            ["Clustering"] = "postgres",
            ["ConnectionString"] = "Host=db",
            ["PartsFolder"] = "/parts",
            ["AdvertisedAddress"] = "10.0.0.1",
            ["AccessKeyId"] = "AKIA",
            ["SecretAccessKey"] = "secret",
        };
        foreach (var (name, value) in changes)
        {
            values[name] = value;
        }

        return SiloSettings.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(values.Where(entry => entry.Value is not null)
                .Select(entry => KeyValuePair.Create("OrleansUploads:" + entry.Key, entry.Value)))
            .Build());
    }
}
