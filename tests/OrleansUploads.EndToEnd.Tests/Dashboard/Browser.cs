using System.Collections;
using Microsoft.Playwright;
using OrleansUploads.EndToEnd.Tests.AwsClients;
using OrleansUploads.EndToEnd.Tests.Dashboard;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>A page in a browser, with cookies and storage of its own. An error that the page reports fails the test.</summary>
public sealed class Browser : IAsyncDisposable
{
    /// <summary>Names a folder for pictures of the pages. If it is not set, no pictures are taken.</summary>
    private const string PicturesVariable = "ORLEANSUPLOADS_WRITE_PICTURES";

    private static readonly string? Pictures = Environment.GetEnvironmentVariable(PicturesVariable);

    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];
    private readonly Uri _server;

    private Browser(IBrowserContext context, IPage page, Uri server)
    {
        _context = context;
        _server = server;
        Page = page;
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            // The browser reports every answer with an error status; the tests expect some of them.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _errors.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    public ILocator Main => Page.Locator("main");

    public static Task<Browser> StartAsync(ServerProcess server, bool isDark = false, int width = 1240, Uri? dashboard = null) =>
        StartAsync(dashboard ?? server.Address, isDark, width);

    /// <summary>Opens an empty page for the dashboard of a server.</summary>
    public static async Task<Browser> StartAsync(Uri server, bool isDark = false, int width = 1240)
    {
        var context = await (await Chromium.LaunchAsync()).NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Chromium.PatienceMilliseconds);
        return new Browser(context, page, server);
    }

    /// <summary>Opens the dashboard, signs in as the owner of a place, and waits until its vault is shown.</summary>
    public static async Task<Browser> SignInAsync(Workplace place, bool isDark = false, int width = 1240)
    {
        var browser = await StartAsync(place.Server, isDark, width);
        await browser.SignInAsync(place.AccessKeyId);
        await browser.WaitForAsync(Workplace.Vault);
        return browser;
    }

    /// <summary>Opens a view of the dashboard anew.</summary>
    public async Task OpenAsync(string view = "/")
    {
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync(new Uri(_server, $"/dashboard/#{view}").ToString());
    }

    /// <summary>Opens the dashboard and signs in with the form.</summary>
    public async Task SignInAsync(string accessKeyId = CommandLine.AccessKeyId, string secret = CommandLine.SecretAccessKey)
    {
        await OpenAsync();
        await Page.GetByLabel("Access key ID").FillAsync(accessKeyId);
        await Page.GetByLabel("Secret access key").FillAsync(secret);
        await Page.GetByLabel("Secret access key").PressAsync("Enter");
    }

    /// <summary>Waits until the page shows each of the texts.</summary>
    public async Task WaitForAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await Main.GetByText(text).First.WaitForAsync();
        }
    }

    /// <summary>The elements that are wider than their place and have to be scrolled sideways.</summary>
    public Task<string> FindSidewaysAsync() => Page.EvaluateAsync<string>(
        """
        [...document.querySelectorAll("html, main *")]
          .filter((shown) => shown.scrollWidth > shown.clientWidth
            && (shown.localName === "html" || ["auto", "scroll"].includes(getComputedStyle(shown).overflowX)))
          .map((shown) => `${shown.localName}.${shown.className} ${shown.scrollWidth} > ${shown.clientWidth}`).join(", ")
        """);

    /// <summary>Writes a picture of the page, if <see cref="PicturesVariable"/> is set.</summary>
    public async Task TakePictureAsync(string name)
    {
        if (!string.IsNullOrEmpty(Pictures))
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), Animations = ScreenshotAnimations.Disabled });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Assert.Empty(_errors);
    }
}

/// <summary>One browser for all tests; each has a context of its own. It is started when a test first needs it.</summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>Long enough for a loaded machine. No test measures it.</summary>
    public const float PatienceMilliseconds = 120_000;

    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> Launched = new(StartAsync);

    /// <summary>Starts the browser, unless it runs already.</summary>
    public static async Task<IBrowser> LaunchAsync() => (await Launched.Value).Browser;

    public async ValueTask DisposeAsync()
    {
        if (Launched is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var (playwright, browser) = await Launched.Value;
            await browser.CloseAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        var path = await InstalledClients.FindChromiumAsync();
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = ["--no-sandbox"],
            Env = Variables(),
            Timeout = PatienceMilliseconds,
        }));
    }

    /// <summary>The variables of this process, and a locale: without one, Chromium saves no file whose name has other letters than ASCII's.
    /// </summary>
    private static Dictionary<string, string> Variables()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(
            static variable => (string)variable.Key, static variable => (string)variable.Value!);
        variables["LC_ALL"] = "C.UTF-8";
        return variables;
    }
}
