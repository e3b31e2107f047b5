using System.Reflection;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Gateway.Tests.Settings;

public sealed class ServiceSettingsTests
{
    public static TheoryData<string> WithDefaults =>
        new(Setting.Of<ServiceSettings>().Where(setting => setting.Default is not null).Select(setting => setting.Name));

    [Theory]
    [MemberData(nameof(WithDefaults))]
    public void Each_default_can_be_parsed_by_its_setting(string name)
    {
        var setting = Setting.Of<ServiceSettings>().Single(setting => setting.Name == name);
        var settings = new ServiceSettings();

        Assert.Null(setting.Read(settings, setting.Default!));

        Assert.Equal(setting.Default, setting.Show(settings));
        Assert.DoesNotContain("{", setting.Default!, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_settings_change_their_options_and_the_others_keep_their_defaults()
    {
        var options = Bind(
            out _,
            ("S3Domain", "s3.example.org"), ("StaleAfter", "3d"), ("ReplacedObjectGrace", "2h"), ("RetrievalDelay", "3h expedited=0"), ("MaxBodies", "7"),
            ("DirectIo", "OFF"));

        Assert.Equal("s3.example.org", options.Gateway.S3Domain);
        Assert.Equal(TimeSpan.FromDays(3), options.Engine.Uploads.StaleAfter);
        Assert.Equal(TimeSpan.FromHours(2), options.Engine.Uploads.ReplacedObjectGrace);
        Assert.Equal("standard=3h expedited=0 bulk=3h", RetrievalDelays.Format(options.Engine.Retrievals));
        Assert.Equal(DirectIo.Off, options.DirectIo);
        Assert.Equal((7, 7), (options.Gateway.MaxConcurrentBodies, options.Gateway.MaxConcurrentOutputs));
        Assert.Equal(new ServiceOptions().Engine.Maintenance, options.Engine.Maintenance);
    }

    [Fact]
    public void All_invalid_settings_are_reported_at_once()
    {
        Bind(
            out var flaws,
            ("Region", "us east"),
            ("S3Domain", "s3.example.org:9400"),
            ("StaleAfter", "1h"),
            ("ReplacedObjectGrace", "59s"),
            ("RetrievalDelay", "quick=3h"),
            ("MaxVaults", "0"),
            ("MaxJobs", "many"),
            ("HeaderTimeout", "soon"),
            ("KeepAliveTimeout", "8d"),
            ("DirectIo", "on"),
            ("Notify", "nowhere"));

        Assert.Equal(
            [
                "--Region is 'us east'. It must have only letters, digits, '-', '_' and '.', such as us-east-1.",
                "--S3Domain is 's3.example.org:9400'. It must be a domain name without a port, such as s3.example.org.",
                "--StaleAfter is '1h'. It must be at least 24h.",
                "--ReplacedObjectGrace is '59s'. It must be at least 1m.",
                "--RetrievalDelay is 'quick=3h'. 'quick=3h' is not a delay: write 3h for all tiers, or standard=3h, expedited=1m, "
                + "bulk=12h.",
                "--MaxVaults is '0'. It must be a whole number of at least 1.",
                "--MaxJobs is 'many'. It must be a whole number from 1 to 10000.",
                "--HeaderTimeout is 'soon'. It must be a duration such as 90s, 15m, 24h or 7d.",
                "--KeepAliveTimeout is '8d'. It must be at most 7d.",
                "--DirectIo is 'on'. It must be one of auto, off.",
            ],
            flaws.Where(failure => !failure.StartsWith("--Notify", StringComparison.Ordinal)));
        Assert.Contains(flaws, failure => failure.StartsWith("--Notify: ", StringComparison.Ordinal));
    }

    /// <summary>A text of each setting that is not its default.</summary>
    [Theory]
    [InlineData("Region", "eu-central-1")]
    [InlineData("S3Domain", "s3.example.org")]
    [InlineData("SignatureVersion2", "off")]
    [InlineData("StaleAfter", "2d")]
    [InlineData("ReplacedObjectGrace", "2h")]
    [InlineData("RetrievalDelay", "3h")]
    [InlineData("Notify", "arn:aws:sns:us-east-1:111122223333:ready=https://example.org/ready")]
    [InlineData("MaxVaults", "7")]
    [InlineData("MaxJobs", "7")]
    [InlineData("MaxConnections", "7")]
    [InlineData("MaxBodies", "7")]
    [InlineData("HeaderTimeout", "7s")]
    [InlineData("KeepAliveTimeout", "7s")]
    [InlineData("CollectGrace", "0")]
    [InlineData("CollectInterval", "7s")]
    [InlineData("DirectIo", "off")]
    public void A_setting_changes_the_options_of_the_service(string name, string text)
    {
        Assert.Equal(Bind(out _), Bind(out _));
        Assert.NotEqual(Bind(out _), Bind(out var flaws, (name, text)));
        Assert.Empty(flaws);
    }

    [Fact]
    public void Events_need_an_address_and_a_file_with_a_secret()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("secret");
        File.WriteAllText(path, $"whsec_{Convert.ToBase64String(new byte[32])}\n");
        Assert.Null(Bind(out var none).Events);
        Assert.Equal("https://example.org/x", Bind(out var right, ("EventUrl", "https://example.org/x"), ("EventSecretFile", path)).Events?.Address.ToString());
        Assert.Empty(none.Concat(right));

        AssertWrong("must be set together", ("EventUrl", "https://example.org/x"));
        AssertWrong("must be set together", ("EventSecretFile", path));
        AssertWrong("--EventUrl: It must be an address", ("EventUrl", "example.org"), ("EventSecretFile", path));
        AssertWrong("no user name", ("EventUrl", "https://a:b@example.org/x"), ("EventSecretFile", path));
        AssertWrong($"--EventSecretFile is '{path}.not'", ("EventUrl", "https://example.org/x"), ("EventSecretFile", $"{path}.not"));
        File.WriteAllText(path, "secret");
        AssertWrong("Line 1 of the file is not a secret", ("EventUrl", "https://example.org/x"), ("EventSecretFile", path));
    }

    private static void AssertWrong(string expected, params (string Name, string Text)[] texts)
    {
        Bind(out var flaws, texts);
        Assert.Contains(expected, Assert.Single(flaws), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_setting_has_a_test_of_its_effect()
    {
        // The programs themselves use these, or they are set together.
        string[] others = ["EventUrl", "EventSecretFile", "Parts", "PartsEndpoint", "PartsRegion", "LogFormat", "MetricsListen"];
        var tested = typeof(ServiceSettingsTests).GetMethod(nameof(A_setting_changes_the_options_of_the_service))!
            .GetCustomAttributes<InlineDataAttribute>().Select(static data => (string)data.Data[0]!);
        Assert.Equal(
            Setting.Of<ServiceSettings>().Select(static setting => setting.Name).Order(StringComparer.Ordinal),
            tested.Concat(others).Order(StringComparer.Ordinal));
    }

    private static ServiceOptions Bind(out IReadOnlyList<string> flaws, params (string Name, string Text)[] texts)
    {
        var binder = new SettingBinder(static setting => $"--{setting.Name}");
        var settings = binder.Bind<ServiceSettings>(setting => texts.FirstOrDefault(text => text.Name == setting.Name).Text);
        settings.Check(binder);
        flaws = binder.Flaws;
        return settings.ToOptions();
    }
}
