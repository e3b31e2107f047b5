using Microsoft.Extensions.Options;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Gateway.Tests.Settings;

public sealed class ServiceSettingsTests
{
    public static TheoryData<string> WithDefaults =>
        new(ServiceSettings.All.Where(setting => setting.Default is not null).Select(setting => setting.Name));

    [Theory]
    [MemberData(nameof(WithDefaults))]
    public void Each_default_can_be_parsed_by_its_setting(string name)
    {
        var setting = ServiceSettings.All.Single(setting => setting.Name == name);
        var options = new ServiceOptions();

        Assert.Null(setting.Apply(options, setting.Default!));

        Assert.Equal(setting.Default, setting.Show(options));
        Assert.DoesNotContain("{", setting.Default!, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_settings_change_their_options_and_the_others_keep_their_defaults()
    {
        var options = Bind(
            ("S3Domain", "s3.example.org"), ("StaleAfter", "3d"), ("ReplacedObjectGrace", "2h"), ("RetrievalDelay", "3h expedited=0"), ("MaxBodies", "7"),
            ("DirectIo", "OFF"));

        Assert.Equal("s3.example.org", options.Gateway.S3Domain);
        Assert.Equal(TimeSpan.FromDays(3), options.Engine.Uploads.StaleAfter);
        Assert.Equal(TimeSpan.FromHours(2), options.Engine.Uploads.ReplacedObjectGrace);
        Assert.Equal("standard=3h expedited=0 bulk=3h", ServiceSettings.RetrievalDelay.Show(options));
        Assert.Equal(DirectIo.Off, options.DirectIo);
        Assert.Equal((7, 7), (options.Gateway.MaxConcurrentBodies, options.Gateway.MaxConcurrentOutputs));
        Assert.Equal(new ServiceOptions().Engine.Maintenance, options.Engine.Maintenance);
    }

    [Fact]
    public void All_invalid_settings_are_reported_at_once()
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Bind(
            ("Region", "us east"),
            ("S3Domain", "s3.example.org:9400"),
            ("StaleAfter", "1h"),
            ("ReplacedObjectGrace", "59s"),
            ("RetrievalDelay", "quick=3h"),
            ("MaxVaults", "0"),
            ("MaxJobs", "many"),
            ("HeaderTimeout", "soon"),
            ("DirectIo", "on"),
            ("Notify", "nowhere")));

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
                "--DirectIo is 'on'. It must be one of auto, off.",
            ],
            exception.Failures.Where(failure => !failure.StartsWith("--Notify", StringComparison.Ordinal)));
        Assert.Contains(exception.Failures, failure => failure.StartsWith("--Notify: ", StringComparison.Ordinal));
    }

    private static ServiceOptions Bind(params (string Name, string Text)[] texts)
    {
        var byName = texts.ToDictionary(text => text.Name, text => text.Text);
        return ServiceSettings.Bind(setting => byName.GetValueOrDefault(setting.Name), setting => $"--{setting.Name}");
    }
}
