using System.Globalization;

namespace OrleansUploads.TestKit;

/// <summary>Numbers in the environment that make a campaign longer.</summary>
public static class TestSetting
{
    public static int Read(string variable, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : byDefault;
}
