namespace OrleansUploads.Core.Tests.House;

/// <summary>What the documents name exists, and what a reader has to find in them is there.</summary>
public sealed partial class DocumentTests
{
    private static readonly Document[] Documents =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Repository.Files("docs", "*.md"))
            .Concat(Repository.Files("deploy", "*.md"))
            .Concat(Repository.Files("src", "*.md"))
            .Select(Document.Read),
    ];

    /// <summary>The changes of earlier versions name what is no longer there.</summary>
    private static readonly Document[] CurrentDocuments = [.. Documents.Where(document => document.Name != "CHANGELOG.md")];

    private static readonly Document Handbook = Documents.Single(document => document.Name == "docs/operations.md");

    private static readonly HashSet<string> Metrics = [.. Repository.Files("src", "*.cs")
        .SelectMany(path => MetricLiteral().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Links_in_the_documents_point_to_existing_files_and_headings()
    {
        Assert.True(Documents.Length > 15, "The documents were not found.");
        Assert.Empty(Documents.SelectMany(document => document.LinkTargets()
            .Where(target => !Exists(document, target))
            .Select(target => $"{document.Name} links to {target}, which does not exist.")));
    }

    [Fact]
    public void The_files_that_the_guide_to_extensions_names_exist()
    {
        var guide = Documents.Single(document => document.Name == "docs/extending.md");
        var paths = SourceSpan().Matches(guide.Text).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.True(paths.Length > 20, "The paths were not found.");
        var missing = paths.Where(path => !File.Exists(Path.Combine(Repository.Root, $"src/OrleansUploads.{path}"))
            && !File.Exists(Path.Combine(Repository.Root, $"tests/OrleansUploads.{path}")));
        Assert.Equal([], missing);
    }

    [Fact]
    public void The_documented_metrics_are_those_of_the_program()
    {
        Assert.True(Metrics.Count > 15, "The metrics were not found.");
        Assert.Equal(Metrics.Order(), MetricSpan().Matches(Handbook.Text).Select(match => match.Groups[1].Value).Distinct().Order());
    }

    [Fact]
    public void The_health_checks_of_the_program_are_documented()
    {
        var checks = Repository.Files("src", "*HealthCheck*.cs").Select(File.ReadAllText)
            .SelectMany(text => CheckLiteral().Matches(text)).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.True(checks.Count > 5, "The health checks were not found.");
        Assert.Empty(checks
            .Where(check => !Handbook.Text.Contains($"| `{check}` |", StringComparison.Ordinal))
            .Select(check => $"The health check {check} is not in docs/operations.md."));
    }

    [Fact]
    public void The_Grafana_dashboard_and_the_rules_and_recipe_for_Prometheus_use_existing_metrics()
    {
        var known = Metrics.Select(metric => metric.Replace('.', '_')).ToHashSet();
        var texts = CurrentDocuments.Select(document => (document.Name, document.Text))
            .Concat(new[] { "deploy/grafana/orleans-uploads.json", "deploy/grafana/alerts.yml" }
                .Select(name => (name, File.ReadAllText(Path.Combine(Repository.Root, name)))));
        Assert.Empty(texts.SelectMany(text => PrometheusName().Matches(text.Item2)
            .Select(match => match.Value)
            .Where(name => !known.Contains(PrometheusSuffix().Replace(name, "")))
            .Select(name => $"{text.Item1} names {name}, which is no metric of the program.")));
    }

    [Fact]
    public void The_tour_has_the_pictures_that_the_tests_of_the_dashboard_take()
    {
        var taken = Repository.Files("tests/OrleansUploads.EndToEnd.Tests/Dashboard", "*.cs")
            .SelectMany(static file => TourPicture().Matches(File.ReadAllText(file)))
            .Select(static match => $"tour/{match.Groups[1].Value}.png").Order().ToArray();
        Assert.Equal(taken, Repository.Files("docs/tour", "*").Select(static file => $"tour/{Path.GetFileName(file)}").Order());
        Assert.Equal(taken, Documents.Single(static document => document.Name == "docs/tour.md").LinkTargets()
            .Where(static target => target.EndsWith(".png", StringComparison.Ordinal)).Order());
    }

    private static bool Exists(Document from, string target)
    {
        var (path, heading) = target.Split('#') is [var file, var anchor] ? (file, anchor) : (target, null);
        var name = path.Length == 0
            ? from.Name
            : Repository.Name(Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(from.Name)!, path)));
        return heading is null
            ? Path.Exists(Path.Combine(Repository.Root, name))
            : Documents.SingleOrDefault(document => document.Name == name)?.Headings().Contains(heading) ?? false;
    }

    [GeneratedRegex(@"`([A-Z][\w.]*/[\w./]+\.(?:cs|txt))`")]
    private static partial Regex SourceSpan();

    [GeneratedRegex(@"TakePictureAsync\(""(tour-[a-z0-9-]+)""\)")]
    private static partial Regex TourPicture();

    [GeneratedRegex(@"""(orleansuploads\.[a-z_.]+)""")]
    private static partial Regex MetricLiteral();

    [GeneratedRegex(@"(?:const string Name = |\bAdd\()""([a-z-]+)""")]
    private static partial Regex CheckLiteral();

    [GeneratedRegex(@"`(orleansuploads\.[a-z_.]+)`")]
    private static partial Regex MetricSpan();

    [GeneratedRegex(@"\borleansuploads_[a-z_]+")]
    private static partial Regex PrometheusName();

    [GeneratedRegex("(_seconds_bucket|_seconds|_total|_ratio)$")]
    private static partial Regex PrometheusSuffix();
}
