using System.Text.RegularExpressions;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>The colors of the dashboard meet WCAG 2.2, level AA.</summary>
public sealed partial class ContrastTests
{
    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Text_can_be_read_and_marks_and_the_borders_of_controls_can_be_seen(string scheme)
    {
        var colors = ColorsOf(scheme);
        Assert.All(
            (string[])[
                "text back", "text panel", "quiet back", "quiet panel", "accent back", "accent panel", "danger back", "danger panel",
                "on-accent accent"],
            pair => AssertContrast(colors, pair, atLeast: 4.5));
        Assert.All(
            (string[])["stored back", "fresh back", "missing back", "line back", "line panel", "accent back", "accent panel"],
            pair => AssertContrast(colors, pair, atLeast: 3));
    }

    [Fact]
    public void Every_color_is_a_property_so_that_it_is_checked()
    {
        var rules = Style()[Style().IndexOf("* {", StringComparison.Ordinal)..];
        Assert.DoesNotMatch(@"#[0-9a-fA-F]{3,8}\s*[;}]", rules);
    }

    private static void AssertContrast(Dictionary<string, string> colors, string pair, double atLeast)
    {
        var names = pair.Split(' ');
        var lights = names.Select(name => Luminance(colors[name])).Order().ToArray();
        var ratio = (lights[1] + 0.05) / (lights[0] + 0.05);
        Assert.True(ratio >= atLeast, string.Create(CultureInfo.InvariantCulture, $"{pair}: {ratio:0.00}:1, but it must be {atLeast}:1."));
    }

    /// <summary>The relative luminance, as WCAG defines it for sRGB.</summary>
    private static double Luminance(string hex)
    {
        var channels = Convert.FromHexString(hex).Select(static channel => channel / 255.0)
            .Select(static value => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4))
            .ToArray();
        return (0.2126 * channels[0]) + (0.7152 * channels[1]) + (0.0722 * channels[2]);
    }

    /// <summary>The colors by name. Those of the dark scheme replace those of the light one.</summary>
    private static Dictionary<string, string> ColorsOf(string scheme)
    {
        var blocks = Root().Matches(Style());
        Assert.Equal(2, blocks.Count);
        return blocks.Take(scheme == "light" ? 1 : 2)
            .SelectMany(block => Color().Matches(block.Value))
            .GroupBy(static color => color.Groups["name"].Value)
            .ToDictionary(static color => color.Key, static color => color.Last().Groups["hex"].Value);
    }

    private static string Style() => Encoding.UTF8.GetString(new PageFiles().Find("style.css")!.Bytes.Span);

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex Root();

    [GeneratedRegex("--(?<name>[a-z-]+): #(?<hex>[0-9a-f]{6});")]
    private static partial Regex Color();
}
