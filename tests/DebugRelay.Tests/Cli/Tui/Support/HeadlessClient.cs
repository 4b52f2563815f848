extern alias TerminalGui;

using System.Runtime.CompilerServices;
using DebugRelay.Cli.Tui;
using TerminalGui::Terminal.Gui.App;
using TerminalGui::Terminal.Gui.Drivers;
using TerminalGui::Terminal.Gui.Input;
using TerminalGui::Terminal.Gui.Testing;
using TerminalGui::Terminal.Gui.Time;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>The client on a terminal that is not there: keys and mouse are injected, and what the library would show is read from its cells.</summary>
internal sealed class HeadlessClient : IAsyncDisposable
{
    private readonly IApplication _application;
    private readonly ClientView _view;
    private readonly SessionToken _token;

    public HeadlessClient(ShellUnderTest client, int width, int height, bool hasColours = true)
    {
        Client = client;
        // The library puts its own in place, which only a running main loop serves: what a test awaits would never go on.
        SynchronizationContext? own = SynchronizationContext.Current;
        _application = Application.Create(new VirtualTimeProvider());
        _application.Init(DriverRegistry.Names.ANSI);
        _application.Driver!.SetScreenSize(width, height);
        _view = new ClientView(client.Shell, new Theme(hasColours));
        _token = _application.Begin(_view)!;
        SynchronizationContext.SetSynchronizationContext(own);
        Draw();
    }

    public ShellUnderTest Client { get; }

    public ClientView View => _view;

    public IDriver Driver => _application.Driver!;

    /// <summary>What the library's cells hold.</summary>
    public string Screen
    {
        get
        {
            Draw();
            var contents = Driver.Contents!;
            var lines = Enumerable.Range(0, Driver.Rows).Select(y => string.Concat(Enumerable.Range(0, Driver.Cols).Select(x => contents[y, x].Grapheme)).TrimEnd());
            return string.Join('\n', lines);
        }
    }

    public void Press(params Key[] keys)
    {
        foreach (Key key in keys)
            _application.InjectKey(key);
        Client.Shell.Mailbox.Drain();
    }

    public void Click(int x, int y) => _application.InjectSequence(InputInjectionExtensions.LeftButtonClick(new System.Drawing.Point(x, y)));

    public void DoubleClick(int x, int y) => _application.InjectSequence(InputInjectionExtensions.LeftButtonDoubleClick(new System.Drawing.Point(x, y)));

    public void Wheel(int x, int y, bool down)
        => _application.InjectMouse(new Mouse { ScreenPosition = new System.Drawing.Point(x, y), Flags = down ? MouseFlags.WheeledDown : MouseFlags.WheeledUp });

    public void Resize(int width, int height)
    {
        Driver.SetScreenSize(width, height);
        _application.LayoutAndDraw(true);
    }

    public void Draw()
    {
        Client.Shell.Mailbox.Drain();
        _view.SetNeedsDraw();
        _application.LayoutAndDraw(false);
    }

    public async ValueTask DisposeAsync()
    {
        _application.End(_token);
        _view.Dispose();
        _application.Dispose();
        await Client.DisposeAsync();
    }

    [ModuleInitializer]
    internal static void WithoutTerminal() => Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");
}
